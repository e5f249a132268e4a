// The documents of the Trading Partner page, by the names that the model gateway publishes them under. What Claimgate
// does not offer is named too, and said to be missing, so that nobody looks for it elsewhere.

import { paths } from './paths.ts';

export interface PartnerDocument {
  readonly title: string;
  /** Absent for what is not offered. */
  readonly path?: string;
}

export interface DocumentGroup {
  readonly heading: string;
  readonly documents: readonly PartnerDocument[];
}

/** A companion guide of one transaction. */
export interface GuideFacts {
  /** The last part of its address. */
  readonly key: string;
  readonly title: string;
  readonly transaction: '837D' | '837I' | '837P' | '999';
  /** GS08. */
  readonly version: string;
  /** GS01. */
  readonly functionalId: string;
}

export const companionGuides: readonly GuideFacts[] = [
  {
    key: '837d',
    title: '837D Dental Health Care Claim',
    transaction: '837D',
    version: '005010X224A2',
    functionalId: 'HC',
  },
  {
    key: '837i',
    title: '837I Institutional Health Care Claim',
    transaction: '837I',
    version: '005010X223A2',
    functionalId: 'HC',
  },
  {
    key: '837p',
    title: '837P Professional Health Care Claim',
    transaction: '837P',
    version: '005010X222A1',
    functionalId: 'HC',
  },
  {
    key: '999',
    title: '999 Implementation Acknowledgement',
    transaction: '999',
    version: '005010X231A1',
    functionalId: 'FA',
  },
];

const pathOfGuide = (key: string): string => paths.companionGuide.replace(':key', key);

/** In the published order. */
export const documentGroups: readonly DocumentGroup[] = [
  {
    heading: 'Companion Guides',
    documents: [
      ...companionGuides.map(({ key, title }) => ({ title, path: pathOfGuide(key) })),
      { title: 'NCPDP D.0 / Pharmaceutical Drug Claims' },
    ],
  },
  {
    heading: 'Managed Care Companion Guides',
    documents: [
      { title: '837P Outbound Professional Health Care Claim' },
      { title: '837I Outbound Institutional Health Care Claim' },
    ],
  },
  {
    heading: 'Trading Partner Connectivity Guide',
    documents: [{ title: 'Trading Partner Connectivity Guide', path: paths.connectivityGuide }],
  },
  {
    heading: 'CAQH CORE Phase III',
    documents: [
      { title: 'Implementation of CAQH CORE Phase III Operating Rules' },
      { title: 'Trading Partner User Role Assignment Process', path: paths.rolesGuide },
    ],
  },
];
