// The clerk's side of the demo: what a browser does on the portal, over real HTTP: cookies, forms with their tokens,
// redirects.

export interface DemoBrowser {
  /** Opens a page. @returns its HTML */
  open(path: string): Promise<string>;
  /**
   * Fills in the form of a page and sends it.
   * @returns the HTML of the page that comes of it, after redirects
   */
  send(path: string, fields: Readonly<Record<string, string>>): Promise<string>;
}

const maxRedirects = 5;

export function openDemoBrowser(baseUrl: string): DemoBrowser {
  const cookies = new Map<string, string>();
  const request = async (path: string, body?: URLSearchParams): Promise<string> => {
    let url = new URL(path, baseUrl);
    let sent = body;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const response = await fetch(url, {
        method: sent === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          origin: new URL(baseUrl).origin,
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
      keepCookies(cookies, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (location === null) return response.text();
      url = new URL(location, url);
      sent = undefined;
    }
    throw new Error(`The portal redirects without end at ${path}.`);
  };
  return {
    open: (path) => request(path),
    async send(path, fields) {
      const token = /name="form_token" value="([^"]+)"/.exec(await request(path))?.[1];
      if (token === undefined) throw new Error(`The page ${path} has no form.`);
      return request(path, new URLSearchParams({ ...fields, form_token: token }));
    },
  };
}

function keepCookies(cookies: Map<string, string>, received: readonly string[]): void {
  for (const cookie of received) {
    const [pair = '', ...attributes] = cookie.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const ended = attributes.some(
      (attribute) => /^\s*max-age=0$/i.test(attribute) || /expires=thu, 01 jan 1970/i.test(attribute),
    );
    if (ended) cookies.delete(name);
    else cookies.set(name, pair.slice(at + 1));
  }
}
