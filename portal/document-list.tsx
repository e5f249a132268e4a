// The list of documents, as the public home and the documents page show it.

import { documentGroups } from './documents.ts';

export function DocumentList(props: { readonly level: 'h2' | 'h3' }) {
  const Heading = props.level;
  return (
    <>
      {documentGroups.map(({ heading, documents }) => (
        <>
          <Heading>{heading}</Heading>
          <ul class="usa-list">
            {documents.map(({ title, path }) => (
              <li>
                {path === undefined ? (
                  `${title} (not offered by this gateway yet)`
                ) : (
                  <a href={path}>{title}</a>
                )}
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  );
}
