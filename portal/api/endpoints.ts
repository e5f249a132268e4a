// The table: everything that the API does, in the order of its description.

import type { Endpoint } from './endpoint.ts';
import { partnerEndpoints } from './partner-endpoints.ts';
import { transmissionEndpoints } from './transmission-endpoints.ts';

export const endpoints: readonly Endpoint[] = [...partnerEndpoints, ...transmissionEndpoints];
