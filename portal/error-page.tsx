// The pages for what went wrong, one row a status. They say what to do, and nothing of what happened inside.

import type { FastifyReply } from 'fastify';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

interface ErrorText {
  readonly title: string;
  readonly text: string;
}

const texts: Readonly<Record<number, ErrorText>> = {
  400: {
    title: 'Bad request',
    text: 'The browser sent something that the portal cannot read. Go back and try again.',
  },
  403: {
    title: 'Form not accepted',
    text: 'The form was out of date or came from another site, so nothing was done. Go back, reload the page and send it again.',
  },
  404: {
    title: 'Page not found',
    text: 'There is no page at this address. Check the address, or begin at the home page.',
  },
  405: { title: 'Not possible here', text: 'This page cannot be used in that way. Begin at the home page.' },
  413: { title: 'Too large', text: 'What was sent is larger than this page takes. Go back and send less.' },
  415: {
    title: 'Not readable',
    text: 'The portal takes plain web forms only: not compressed, and no other kind of content.',
  },
};

const fault: ErrorText = {
  title: 'Something went wrong',
  text: 'The portal could not do this. Nothing is lost; try again in a few minutes, and ask for help if it stays so.',
};

/**
 * Sends the page for a status.
 * @param input.status an HTTP status of 400 or more; an unknown one below 500 is shown as 400
 */
export function sendErrorPage(
  settings: PortalSettings,
  reply: FastifyReply,
  input: { readonly status: number; readonly viewer?: Viewer; readonly words?: ErrorText },
): FastifyReply {
  const { title, text } =
    input.words ?? texts[input.status] ?? (input.status >= 500 ? fault : (texts[400] ?? fault));
  const page = (
    <Layout settings={settings} viewer={input.viewer} path="" title={title}>
      <p>{text}</p>
      <p>
        <a href={input.viewer === undefined ? paths.public : paths.home}>Go to the home page</a>
      </p>
    </Layout>
  );
  return sendPage(reply, { status: input.status, page });
}
