// What a page of a trading partner says to someone who belongs to none.

import { Alert } from './alert.tsx';
import type { PortalSettings } from './portal-settings.ts';

/** Why there is nothing to do yet, and who can change that. */
export function NoPartner(props: { readonly settings: Pick<PortalSettings, 'idIssuer' | 'supportText'> }) {
  return (
    <Alert kind="info" heading="You belong to no trading partner yet">
      Your {props.settings.idIssuer} works, but file transfer belongs to trading partners. Ask the office
      administrator of your trading partner to add you by your User ID. If your organization is no trading
      partner yet: {props.settings.supportText}
    </Alert>
  );
}
