/**
 * 999, 005010X231A1, as data: what Claimgate writes and reads back. The form is described in docs/edi.md. Elements
 * that are not listed are "Not Used" (IK403 I10).
 */
export const GUIDE_999 = `
guide 005010X231A1 999 FA 999 Implementation Acknowledgment for Health Care Insurance

# AK101 and AK201 repeat what was received, so they take every code of the dictionary (pyx12 lists those of HIPAA).
# CTX06 is not used since A1. IK304 is required, IK403 has no 11, and IK302 is N0 1/10 (pyx12 differs in all three).

ST R 1 0100 Transaction Set Header
  01 R 999 Transaction Set Identifier Code
  02 R - Transaction Set Control Number
  03 R - Implementation Convention Reference
AK1 R 1 0200 Functional Group Response Header
  01 R - Functional Identifier Code
  02 R - Group Control Number
  03 R - Version, Release, or Industry Identifier Code
loop 2000 S >1 0300 Transaction Set Response Header
  AK2 R 1 0300 Transaction Set Response Header
    01 R - Transaction Set Identifier Code
    02 R - Transaction Set Control Number
    03 S - Implementation Convention Reference
  loop 2100 S >1 0400 Error Identification
    IK3 R 1 0400 Error Identification
      01 R - Segment ID Code
      02 R - Segment Position in Transaction Set
      03 S - Loop Identifier Code
      04 R 1|2|3|4|5|6|7|8|I4|I6|I7|I8|I9 Implementation Segment Syntax Error Code
    CTX S 9 0500 Segment Context
      01 R composite Context Identification
        01-01 R SITUATIONAL_TRIGGER Context Name
      02 R - Segment ID Code
      03 R - Segment Position in Transaction Set
      04 S - Loop Identifier Code
      05 S composite Position in Segment
        05-01 R - Element Position in Segment
        05-02 S - Component Data Element Position in Composite
        05-03 S - Repeating Data Element Position
    CTX S 1 0500 Business Unit Identifier
      01 R composite Context Identification
        01-01 R CLM01|ENT01|NM109|PATIENT_NAME_NM109|SUBSCRIBER_NAME_NM109|SUBSCRIBER_NUMBER_REF02|TRN02 Context Name
        01-02 R - Context Reference
    loop 2110 S >1 0600 Implementation Data Element Note
      IK4 R 1 0600 Implementation Data Element Note
        01 R composite Position in Segment
          01-01 R - Element Position in Segment
          01-02 S - Component Data Element Position in Composite
          01-03 S - Repeating Data Element Position
        02 S - Data Element Reference Number
        03 R 1|2|3|4|5|6|7|8|9|10|12|13|I6|I9|I10|I11|I12|I13 Implementation Data Element Syntax Error Code
        04 S - Copy of Bad Data Element
      CTX S 10 0700 Element Context
        01 R composite Context Identification
          01-01 R SITUATIONAL_TRIGGER Context Name
        02 R - Segment ID Code
        03 R - Segment Position in Transaction Set
        04 S - Loop Identifier Code
        05 S composite Position in Segment
          05-01 R - Element Position in Segment
          05-02 S - Component Data Element Position in Composite
          05-03 S - Repeating Data Element Position
  IK5 R 1 0800 Implementation Transaction Set Response Trailer
    01 R A|E|M|R|W|X Transaction Set Acknowledgment Code
    02 S 1|2|3|4|5|6|7|8|9|10|11|12|13|15|16|17|18|19|23|24|25|26|27|I5|I6 Implementation Transaction Set Syntax Error Code
    03 S 1|2|3|4|5|6|7|8|9|10|11|12|13|15|16|17|18|19|23|24|25|26|27|I5|I6 Implementation Transaction Set Syntax Error Code
    04 S 1|2|3|4|5|6|7|8|9|10|11|12|13|15|16|17|18|19|23|24|25|26|27|I5|I6 Implementation Transaction Set Syntax Error Code
    05 S 1|2|3|4|5|6|7|8|9|10|11|12|13|15|16|17|18|19|23|24|25|26|27|I5|I6 Implementation Transaction Set Syntax Error Code
    06 S 1|2|3|4|5|6|7|8|9|10|11|12|13|15|16|17|18|19|23|24|25|26|27|I5|I6 Implementation Transaction Set Syntax Error Code
AK9 R 1 0900 Functional Group Response Trailer
  01 R A|E|M|P|R|W|X Functional Group Acknowledgment Code
  02 R - Number of Transaction Sets Included
  03 R - Number of Received Transaction Sets
  04 R - Number of Accepted Transaction Sets
  05 S 1|2|3|4|5|6|10|11|12|13|14|15|16|17|18|19|23|24|25|26 Functional Group Syntax Error Code
  06 S 1|2|3|4|5|6|10|11|12|13|14|15|16|17|18|19|23|24|25|26 Functional Group Syntax Error Code
  07 S 1|2|3|4|5|6|10|11|12|13|14|15|16|17|18|19|23|24|25|26 Functional Group Syntax Error Code
  08 S 1|2|3|4|5|6|10|11|12|13|14|15|16|17|18|19|23|24|25|26 Functional Group Syntax Error Code
  09 S 1|2|3|4|5|6|10|11|12|13|14|15|16|17|18|19|23|24|25|26 Functional Group Syntax Error Code
`;
