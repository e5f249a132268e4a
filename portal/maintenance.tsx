// Planned downtimes, told on every page ahead of time and while they last.

import { Moment } from './moment.tsx';
import type { PortalSettings } from './portal-settings.ts';

/** The downtimes that are near or under way, each with when it begins and ends. Nothing when there is none. */
export function MaintenanceBanner(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  const nowMs = settings.now?.() ?? 0;
  const near = settings.maintenance
    .map(({ text, from, until }) => ({ text, fromMs: Date.parse(from), untilMs: Date.parse(until) }))
    .filter(({ fromMs, untilMs }) => nowMs < untilMs && nowMs >= fromMs - settings.maintenanceAheadMs);
  if (near.length === 0) return null;
  return (
    <section class="usa-site-alert usa-site-alert--info" aria-label="Maintenance">
      <div class="usa-alert">
        <div class="usa-alert__body">
          {near.map(({ text, fromMs, untilMs }) => (
            <p class="usa-alert__text">
              <strong>{nowMs < fromMs ? 'Planned maintenance:' : 'Maintenance under way:'}</strong> {text}{' '}
              <Moment atMs={fromMs} settings={settings} /> to <Moment atMs={untilMs} settings={settings} />.
            </p>
          ))}
        </div>
      </div>
    </section>
  );
}
