// The table: everything that the API does, in the order of its description.

import { decisionEndpoints } from './decision-endpoints.ts';
import { dispatchEndpoints } from './dispatch-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { eventEndpoints } from './event-endpoints.ts';
import { grantEndpoints } from './grant-endpoints.ts';
import { hookEndpoints } from './hook-endpoints.ts';
import { partnerEndpoints } from './partner-endpoints.ts';
import { profileEndpoints } from './profile-endpoints.ts';
import { transmissionEndpoints } from './transmission-endpoints.ts';
import { userEndpoints } from './user-endpoints.ts';

export const endpoints: readonly Endpoint[] = [
  ...partnerEndpoints,
  ...profileEndpoints,
  ...userEndpoints,
  ...grantEndpoints,
  ...transmissionEndpoints,
  ...decisionEndpoints,
  ...dispatchEndpoints,
  ...eventEndpoints,
  ...hookEndpoints,
];
