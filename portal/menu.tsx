// The menu beside the pages, as data. The published menu of the model gateway has more entries; those that Claimgate
// does not have yet are said to be missing, not linked.

import { managedRoles } from '../domain/role.ts';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

interface MenuEntry {
  /** Absent for an entry that everyone sees who sees its group. */
  readonly shownTo?: (viewer: Viewer) => boolean;
  readonly text: string;
  /** Absent for an entry that is not available yet. */
  readonly path?: string;
}

interface MenuGroup {
  readonly heading: string;
  readonly shownTo: (viewer: Viewer) => boolean;
  readonly entries: readonly MenuEntry[];
}

const groups: readonly MenuGroup[] = [
  {
    heading: 'Administration',
    shownTo: (viewer) => viewer.administrator,
    entries: [{ text: 'Dashboard', path: paths.dashboard }],
  },
  {
    heading: 'Trading Partner',
    // The published instructions: only a user of a trading partner sees SFTP Account Setup/Update.
    shownTo: (viewer) => viewer.partner !== undefined,
    entries: [
      { text: 'Batch Transfer', path: paths.batchTransfer },
      { text: 'Manage Transaction for User', path: paths.manageTransaction },
      {
        text: 'Users',
        path: paths.members,
        shownTo: (viewer) => managedRoles(viewer.role).length > 0,
      },
      { text: 'SFTP Account Setup/Update', path: paths.sftpAccount },
    ],
  },
  {
    heading: 'Files',
    shownTo: (viewer) => viewer.partner !== undefined,
    entries: [{ text: 'Transmissions', path: paths.transmissions }],
  },
  {
    heading: 'Your Account',
    shownTo: () => true,
    entries: [
      { text: 'Change Password', path: paths.password },
      { text: 'Second Factors', path: paths.factors },
    ],
  },
];

interface MenuProps {
  readonly settings: Pick<PortalSettings, 'providerName'>;
  readonly viewer: Viewer;
  /** Where the viewer is. */
  readonly path: string;
}

/**
 * The menu twice, of which a style sheet shows one: open beside the page on a wide screen, folded above it on a narrow
 * one. A `details` element folds without script.
 */
export function SideMenu(props: MenuProps) {
  return (
    <>
      <nav aria-label="Menu" class="cg-menu--wide">
        <MenuList {...props} />
      </nav>
      <details class="cg-menu--folded">
        <summary>Menu</summary>
        <nav aria-label="Menu">
          <MenuList {...props} />
        </nav>
      </details>
    </>
  );
}

/** A password at the identity provider is changed there. */
function isThere({ path }: MenuEntry, { settings }: MenuProps): boolean {
  return path !== paths.password || settings.providerName === undefined;
}

function MenuList(props: MenuProps) {
  return (
    <ul class="usa-sidenav">
      <li class="usa-sidenav__item">
        <MenuLink entry={{ text: 'Home', path: paths.home }} here={props.path} />
      </li>
      {groups
        .filter((group) => group.shownTo(props.viewer))
        .map((group) => (
          <li class="usa-sidenav__item">
            <span class="cg-menu__heading">{group.heading}</span>
            <ul class="usa-sidenav__sublist">
              {group.entries
                .filter((entry) => isThere(entry, props))
                .filter(({ shownTo }) => shownTo === undefined || shownTo(props.viewer))
                .map((entry) => (
                  <li class="usa-sidenav__item">
                    <MenuLink entry={entry} here={props.path} />
                  </li>
                ))}
            </ul>
          </li>
        ))}
    </ul>
  );
}

function MenuLink(props: { readonly entry: MenuEntry; readonly here: string }) {
  const { path, text } = props.entry;
  if (path === undefined) {
    return (
      <span class="cg-menu__missing">
        {text} <span class="cg-menu__why">(not available yet)</span>
      </span>
    );
  }
  const current = path === props.here;
  return (
    <a href={path} class={current ? 'usa-current' : undefined} aria-current={current ? 'page' : undefined}>
      {text}
    </a>
  );
}
