// The API described, for who asks without running it: as OpenAPI for programs, as a page for people.

import { endpoints } from '../portal/api/endpoints.ts';
import { openApiDocument } from '../portal/api/openapi.ts';
import { apiReference } from '../portal/api/reference.ts';

export { apiReference };

/** @param version of the gateway */
export const openApi = (version: string): object => openApiDocument(endpoints, version);
