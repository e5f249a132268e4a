// The frame of every page: head, skip link, header, menu, breadcrumb, footer with help in the same place (WCAG 3.2.6).

import type { FastifyReply } from 'fastify';
import type { ComponentChildren, VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { assetPaths } from './asset-paths.ts';
import { formTokenField } from './form.ts';
import { footerPages, helpPage } from './information-pages.tsx';
import { MaintenanceBanner } from './maintenance.tsx';
import { SideMenu } from './menu.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { SessionExpiry } from './session-expiry.tsx';

interface Frame {
  readonly settings: PortalSettings;
  /** Where this page is, for the menu. */
  readonly path: string;
  readonly viewer?: Viewer | undefined;
}

type Trail = readonly { readonly text: string; readonly path: string }[];

interface LayoutProps extends Frame {
  readonly title: string;
  /** Whether a form on it was refused: the title says so, since it is read out first. */
  readonly failed?: boolean;
  /** The pages between home and this one, for the breadcrumb. */
  readonly trail?: Trail;
  /** Scripts of this page alone; it works without them. */
  readonly scripts?: readonly string[];
  readonly children: ComponentChildren;
}

/** A whole page. */
export function Layout(props: LayoutProps) {
  const { settings, viewer } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${props.failed === true ? 'Error: ' : ''}${props.title} | ${settings.siteName}`}</title>
        <link rel="icon" href={assetPaths.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assetPaths.uswdsStyle} />
        <link rel="stylesheet" href={assetPaths.style} />
        <script src={assetPaths.uswdsInit} />
        <script src={assetPaths.uswdsScript} defer={true} />
        <script src={assetPaths.script} defer={true} />
        {(props.scripts ?? []).map((path) => (
          <script src={path} defer={true} />
        ))}
      </head>
      <body>
        <a class="usa-skipnav" href="#main-content">
          Skip to main content
        </a>
        <MaintenanceBanner settings={settings} />
        <Header settings={settings} viewer={viewer} path={props.path} />
        <div class="usa-section cg-section">
          <div class="grid-container">
            {viewer === undefined ? (
              <main id="main-content">
                <h1>{props.title}</h1>
                {props.children}
              </main>
            ) : (
              <div class="grid-row grid-gap">
                <div class="desktop:grid-col-3">
                  <SideMenu viewer={viewer} path={props.path} settings={settings} />
                </div>
                <main id="main-content" class="desktop:grid-col-9">
                  <Breadcrumb title={props.title} path={props.path} trail={props.trail ?? []} />
                  <h1>{props.title}</h1>
                  {props.children}
                </main>
              </div>
            )}
          </div>
        </div>
        <Footer settings={settings} />
        {viewer === undefined ? null : <SessionExpiry settings={settings} />}
      </body>
    </html>
  );
}

function Header(props: Frame) {
  const { settings, viewer } = props;
  return (
    <header class="cg-header">
      <div class="grid-container cg-header__row">
        <div class="cg-header__name">
          <a class="cg-header__site" href={viewer === undefined ? paths.public : paths.home}>
            {settings.siteName}
          </a>
          <span class="cg-header__agency">{settings.agencyName}</span>
        </div>
        {viewer === undefined ? null : (
          <div class="cg-header__viewer">
            <span>
              Signed in as <strong>{viewer.user.id}</strong>
            </span>
            <form method="post" action={paths.signOut}>
              <FormToken token={viewer.session.csrfToken} />
              <button type="submit" class="usa-button usa-button--outline usa-button--inverse cg-sign-out">
                Sign out
              </button>
            </form>
          </div>
        )}
      </div>
    </header>
  );
}

function Breadcrumb(props: { readonly title: string; readonly path: string; readonly trail: Trail }) {
  if (props.path === paths.home) return null;
  const before = [{ text: 'Home', path: paths.home }, ...props.trail];
  return (
    <nav class="usa-breadcrumb usa-breadcrumb--wrap" aria-label="Breadcrumbs">
      <ol class="usa-breadcrumb__list">
        {before.map(({ text, path }) => (
          <li class="usa-breadcrumb__list-item">
            <a href={path} class="usa-breadcrumb__link">
              <span>{text}</span>
            </a>
          </li>
        ))}
        <li class="usa-breadcrumb__list-item usa-current" aria-current="page">
          <span>{props.title}</span>
        </li>
      </ol>
    </nav>
  );
}

function Footer(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  return (
    <footer class="cg-footer">
      <div class="grid-container">
        <p class="cg-footer__help">
          <strong>Need help?</strong> {settings.supportText} <a href={helpPage.path}>Help page</a>
        </p>
        <nav aria-label="Footer">
          <ul class="cg-footer__links">
            {footerPages.map((page) => (
              <li>
                <a href={page.path}>{page.title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <p class="cg-footer__agency">{settings.agencyName}</p>
      </div>
    </footer>
  );
}

/** The hidden field that proves that a form is ours. */
export function FormToken(props: { readonly token: string }) {
  return <input type="hidden" name={formTokenField} value={props.token} />;
}

/** Sends a page. */
export function sendPage(
  reply: FastifyReply,
  input: { readonly status: number; readonly page: VNode },
): FastifyReply {
  return reply
    .status(input.status)
    .type('text/html; charset=utf-8')
    .send(`<!DOCTYPE html>${render(input.page)}`);
}
