/**
 * 277CA, 005010X214, as data: the claim acknowledgment. The form is described in docs/edi.md. Elements that are not
 * listed are "Not Used" (IK403 I10).
 */
export const GUIDE_277CA = `
guide 005010X214 277CA HN 277 Health Care Claim Acknowledgment
unit 2200D TRN-02 TRN02
claim 2200D

# Where the transcriptions differ (pyx12, stupidedi), what accepts more was taken: 2000C, 2000D and 2200C situational
# (a receiver or provider may be rejected as a whole), 2100A PI or XV, 2100C SV, 2200C REF three times.

ST R 1 0100 Transaction Set Header
  01 R 277 Transaction Set Identifier Code
  02 R - Transaction Set Control Number
  03 R - Implementation Convention Reference
BHT R 1 0200 Beginning of Hierarchical Transaction
  01 R 0085 Hierarchical Structure Code
  02 R 08 Transaction Set Purpose Code
  03 R - Originator Application Transaction Identifier
  04 R - Transaction Set Creation Date
  05 R - Transaction Set Creation Time
  06 R TH Transaction Type Code
table 2
loop 2000A R >1 0100 Information Source Level
  HL R 1 0100 Information Source Level
    01 R - Hierarchical ID Number
    03 R 20 Hierarchical Level Code
    04 R 1 Hierarchical Child Code
  loop 2100A R 1 0500 Information Source Name
    NM1 R 1 0500 Information Source Name
      01 R AY|PR Entity Identifier Code
      02 R 2 Entity Type Qualifier
      03 R - Information Source Name
      08 R 46|FI|PI|XV Identification Code Qualifier
      09 R - Information Source Identifier
  loop 2200A R 1 0900 Transmission Receipt Control Identifier
    TRN R 1 0900 Transmission Receipt Control Identifier
      01 R 1 Trace Type Code
      02 R - Information Source Application Trace Identifier
    DTP R 1 1200 Information Source Receipt Date
      01 R 050 Date Time Qualifier
      02 R D8 Date Time Period Format Qualifier
      03 R - Information Source Receipt Date
    DTP R 1 1200 Information Source Process Date
      01 R 009 Date Time Qualifier
      02 R D8 Date Time Period Format Qualifier
      03 R - Information Source Process Date
  loop 2000B R 1 2000 Information Receiver Level
    HL R 1 0100 Information Receiver Level
      01 R - Hierarchical ID Number
      02 R - Hierarchical Parent ID Number
      03 R 21 Hierarchical Level Code
      04 R 0|1 Hierarchical Child Code
    loop 2100B R 1 0500 Information Receiver Name
      NM1 R 1 0500 Information Receiver Name
        01 R 41 Entity Identifier Code
        02 R 1|2 Entity Type Qualifier
        03 R - Information Receiver Last or Organization Name
        04 S - Information Receiver First Name
        05 S - Information Receiver Middle Name or Initial
        08 R 46 Identification Code Qualifier
        09 R - Information Receiver Primary Identifier
    loop 2200B R 1 0900 Information Receiver Application Trace Identifier
      TRN R 1 0900 Information Receiver Application Trace Identifier
        01 R 2 Trace Type Code
        02 R - Claim Transaction Batch Number
      STC R >1 1000 Information Receiver Status Information
        01 R composite Health Care Claim Status
          01-01 R - Health Care Claim Status Category Code
          01-02 R - Health Care Claim Status Code
          01-03 S 36|40|41|AY|PR Entity Identifier Code
        02 R - Status Information Effective Date
        03 R U|WQ Action Code
        04 R - Total Submitted Charges for Unit Work
        10 S composite Health Care Claim Status
          10-01 R - Health Care Claim Status Category Code
          10-02 R - Health Care Claim Status Code
          10-03 S 36|40|41|AY|PR Entity Identifier Code
        11 S composite Health Care Claim Status
          11-01 R - Health Care Claim Status Category Code
          11-02 R - Health Care Claim Status Code
          11-03 S 36|40|41|AY|PR Entity Identifier Code
      QTY S 1 1210 Total Accepted Quantity
        01 R 90 Quantity Qualifier
        02 R - Total Accepted Quantity
      QTY S 1 1210 Total Rejected Quantity
        01 R AA Quantity Qualifier
        02 R - Total Rejected Quantity
      AMT S 1 1220 Total Accepted Amount
        01 R YU Amount Qualifier Code
        02 R - Total Accepted Amount
      AMT S 1 1220 Total Rejected Amount
        01 R YY Amount Qualifier Code
        02 R - Total Rejected Amount
    loop 2000C S >1 2000 Billing Provider of Service Level
      HL R 1 0100 Billing Provider of Service Level
        01 R - Hierarchical ID Number
        02 R - Hierarchical Parent ID Number
        03 R 19 Hierarchical Level Code
        04 R 0|1 Hierarchical Child Code
      loop 2100C R >1 0500 Billing Provider Name
        NM1 R 1 0500 Billing Provider Name
          01 R 85 Entity Identifier Code
          02 R 1|2 Entity Type Qualifier
          03 R - Billing Provider Last or Organizational Name
          04 S - Billing Provider First Name
          05 S - Billing Provider Middle Name or Initial
          07 S - Billing Provider Name Suffix
          08 R FI|SV|XX Identification Code Qualifier
          09 R - Billing Provider Identifier
      loop 2200C S 1 0900 Provider of Service Information Trace Identifier
        TRN R 1 0900 Provider of Service Information Trace Identifier
          01 R 1 Trace Type Code
          02 R - Provider of Service Information Trace Identifier
        STC S >1 1000 Billing Provider Status Information
          01 R composite Health Care Claim Status
            01-01 R - Health Care Claim Status Category Code
            01-02 R - Health Care Claim Status Code
            01-03 S 36|40|41|77|82|85|87|AY|PR Entity Identifier Code
          03 R U|WQ Action Code
          04 R - Total Submitted Charges for Unit Work
          10 S composite Health Care Claim Status
            10-01 R - Health Care Claim Status Category Code
            10-02 R - Health Care Claim Status Code
            10-03 S 36|40|41|77|82|85|87|AY|PR Entity Identifier Code
          11 S composite Health Care Claim Status
            11-01 R - Health Care Claim Status Category Code
            11-02 R - Health Care Claim Status Code
            11-03 S 36|40|41|77|82|85|87|AY|PR Entity Identifier Code
        REF S 3 1100 Provider Secondary Identifier
          01 R 0B|1G|G2|LU|SY|TJ Reference Identification Qualifier
          02 R - Billing Provider Additional Identifier
        QTY S 1 1210 Total Accepted Quantity
          01 R QA Quantity Qualifier
          02 R - Total Accepted Quantity
        QTY S 1 1210 Total Rejected Quantity
          01 R QC Quantity Qualifier
          02 R - Total Rejected Quantity
        AMT S 1 1220 Total Accepted Amount
          01 R YU Amount Qualifier Code
          02 R - Total Accepted Amount
        AMT S 1 1220 Total Rejected Amount
          01 R YY Amount Qualifier Code
          02 R - Total Rejected Amount
      loop 2000D S >1 2000 Patient Level
        HL R 1 0100 Patient Level
          01 R - Hierarchical ID Number
          02 R - Hierarchical Parent ID Number
          03 R PT Hierarchical Level Code
        loop 2100D R 1 0500 Patient Name
          NM1 R 1 0500 Patient Name
            01 R QC Entity Identifier Code
            02 R 1 Entity Type Qualifier
            03 R - Patient Last Name
            04 S - Patient First Name
            05 S - Patient Middle Name or Initial
            07 S - Patient Name Suffix
            08 R II|MI Identification Code Qualifier
            09 R - Patient Identification Number
        loop 2200D R >1 0900 Claim Status Tracking Number
          TRN R 1 0900 Claim Status Tracking Number
            01 R 2 Trace Type Code
            02 R - Patient Control Number
          STC R >1 1000 Claim Level Status Information
            01 R composite Health Care Claim Status
              01-01 R - Health Care Claim Status Category Code
              01-02 R - Health Care Claim Status Code
              01-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
            02 R - Status Information Effective Date
            03 R U|WQ Action Code
            04 R - Total Claim Charge Amount
            10 S composite Health Care Claim Status
              10-01 R - Health Care Claim Status Category Code
              10-02 R - Health Care Claim Status Code
              10-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
            11 S composite Health Care Claim Status
              11-01 R - Health Care Claim Status Category Code
              11-02 R - Health Care Claim Status Code
              11-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
            12 S - Free Form Message Text
          REF S 1 1100 Payer Claim Control Number
            01 R 1K Reference Identification Qualifier
            02 R - Payer Claim Control Number
          REF S 1 1100 Claim Identifier Number for Clearinghouse and Other Transmission Intermediaries
            01 R D9 Reference Identification Qualifier
            02 R - Clearinghouse Trace Number
          REF S 1 1100 Institutional Bill Type Identification
            01 R BLT Reference Identification Qualifier
            02 R - Bill Type Identifier
          DTP R 1 1200 Claim Level Service Date
            01 R 472 Date Time Qualifier
            02 R D8|RD8 Date Time Period Format Qualifier
            03 R - Claim Service Period
          loop 2220D S >1 1800 Service Line Information
            SVC R 1 1800 Service Line Information
              01 R composite Composite Medical Procedure Identifier
                01-01 R AD|ER|HC|HP|IV|NU|WK Product or Service ID Qualifier
                01-02 R - Procedure Code
                01-03 S - Procedure Modifier
                01-04 S - Procedure Modifier
                01-05 S - Procedure Modifier
                01-06 S - Procedure Modifier
              02 R - Line Item Charge Amount
              04 S - Revenue Code
              07 S - Original Units of Service Count
            STC R >1 1900 Service Line Level Status Information
              01 R composite Health Care Claim Status
                01-01 R - Health Care Claim Status Category Code
                01-02 R - Health Care Claim Status Code
                01-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
              02 S - Status Information Effective Date
              03 R U Action Code
              10 S composite Health Care Claim Status
                10-01 R - Health Care Claim Status Category Code
                10-02 R - Health Care Claim Status Code
                10-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
              11 S composite Health Care Claim Status
                11-01 R - Health Care Claim Status Category Code
                11-02 R - Health Care Claim Status Code
                11-03 S 03|1P|1Z|40|41|71|72|73|77|82|85|87|DK|DN|DQ|FA|GB|HK|IL|LI|MSC|PR|PRP|QB|QC|QD|SEP|TL|TTP|TU Entity Identifier Code
              12 S - Free Form Message Text
            REF S 1 2000 Service Line Item Identification
              01 R FJ Reference Identification Qualifier
              02 R - Line Item Control Number
            REF S 1 2000 Pharmacy Prescription Number
              01 R XZ Reference Identification Qualifier
              02 R - Pharmacy Prescription Number
            DTP S 1 2100 Service Line Date
              01 R 472 Date Time Qualifier
              02 R D8|RD8 Date Time Period Format Qualifier
              03 R - Service Line Date
`;
