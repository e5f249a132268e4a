// The table: everything that the API does, in the order of its description.

import { dispatchEndpoints } from './dispatch-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { eventEndpoints } from './event-endpoints.ts';
import { hookEndpoints } from './hook-endpoints.ts';
import { partnerEndpoints } from './partner-endpoints.ts';
import { transmissionEndpoints } from './transmission-endpoints.ts';
import { userEndpoints } from './user-endpoints.ts';

export const endpoints: readonly Endpoint[] = [
  ...partnerEndpoints,
  ...userEndpoints,
  ...transmissionEndpoints,
  ...dispatchEndpoints,
  ...eventEndpoints,
  ...hookEndpoints,
];
