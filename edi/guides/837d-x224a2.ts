/**
 * 837D, 005010X224A2, as data: every loop, segment and element that the guide uses. The form is described in
 * docs/edi.md. Elements that are not listed are "Not Used" (IK403 I10).
 */
export const GUIDE_837D = `
guide 005010X224A2 837D HC 837 Health Care Claim: Dental
unit 2300 CLM-01 CLM01
unit 2010BA NM1-09 SUBSCRIBER NAME NM109
unit 2010CA NM1-09 PATIENT NAME NM109
claim 2300

# One open transcription only (moov-io/x12); loops that dental shares with professional are as in 837P. Where the
# sources are silent or contradict each other, what would accept more was taken:
#   DN206 may be left out; SV301-1, SVD03-1 AD or ER; 2330H NM102 1 or 2; 2420D REF*0B and REF*1G too.
#   2310B, 2420A PRV situational, as in the other guides. 2330B REF*2U three times.
#   HI holds four codes, for there are four pointers in SV311.
#   2400 has REF*9A and REF*9C, where professional and institutional have 9B and 9D.

ST R 1 0050 Transaction Set Header
  01 R 837 Transaction Set Identifier Code
  02 R - Transaction Set Control Number
  03 R - Implementation Convention Reference
BHT R 1 0100 Beginning of Hierarchical Transaction
  01 R 0019 Hierarchical Structure Code
  02 R 00|18 Transaction Set Purpose Code
  03 R - Originator Application Transaction Identifier
  04 R - Transaction Set Creation Date
  05 R - Transaction Set Creation Time
  06 R 31|CH|RP Claim or Encounter Identifier
loop 1000A R 1 0200 Submitter Name
  NM1 R 1 0200 Submitter Name
    01 R 41 Entity Identifier Code
    02 R 1|2 Entity Type Qualifier
    03 R - Submitter Last or Organization Name
    04 S - Submitter First Name
    05 S - Submitter Middle Name
    08 R 46 Identification Code Qualifier
    09 R - Submitter Identifier
  PER R 2 0450 Submitter EDI Contact Information
    01 R IC Contact Function Code
    02 S - Submitter Contact Name
    03 R EM|FX|TE Communication Number Qualifier
    04 R - Communication Number
    05 S EM|EX|FX|TE Communication Number Qualifier
    06 S - Communication Number
    07 S EM|EX|FX|TE Communication Number Qualifier
    08 S - Communication Number
loop 1000B R 1 0200 Receiver Name
  NM1 R 1 0200 Receiver Name
    01 R 40 Entity Identifier Code
    02 R 2 Entity Type Qualifier
    03 R - Receiver Name
    08 R 46 Identification Code Qualifier
    09 R - Receiver Primary Identifier
table 2
loop 2000A R >1 0010 Billing Provider Hierarchical Level
  HL R 1 0010 Billing Provider Hierarchical Level
    01 R - Hierarchical ID Number
    03 R 20 Hierarchical Level Code
    04 R 1 Hierarchical Child Code
  PRV S 1 0030 Billing Provider Specialty Information
    01 R BI Provider Code
    02 R PXC Reference Identification Qualifier
    03 R @taxonomy Provider Taxonomy Code
  CUR S 1 0100 Foreign Currency Information
    01 R 85 Entity Identifier Code
    02 R @currency Currency Code
  loop 2010AA R 1 0150 Billing Provider Name
    NM1 R 1 0150 Billing Provider Name
      01 R 85 Entity Identifier Code
      02 R 1|2 Entity Type Qualifier
      03 R - Billing Provider Last or Organizational Name
      04 S - Billing Provider First Name
      05 S - Billing Provider Middle Name or Initial
      07 S - Billing Provider Name Suffix
      08 S XX Identification Code Qualifier
      09 S - Billing Provider Identifier
    N3 R 1 0250 Billing Provider Address
      01 R - Billing Provider Address Line
      02 S - Billing Provider Address Line
    N4 R 1 0300 Billing Provider City, State, ZIP Code
      01 R - Billing Provider City Name
      02 S - Billing Provider State or Province Code
      03 S - Billing Provider Postal Zone or ZIP Code
      04 S @country Country Code
      07 S - Country Subdivision Code
    REF R 1 0350 Billing Provider Tax Identification
      01 R EI|SY Reference Identification Qualifier
      02 R - Billing Provider Tax Identification Number
    REF S 2 0350 Billing Provider UPIN/License Information
      01 R 0B|1G Reference Identification Qualifier
      02 R - Billing Provider License and/or UPIN Information
    PER S 2 0400 Billing Provider Contact Information
      01 R IC Contact Function Code
      02 S - Billing Provider Contact Name
      03 R EM|FX|TE Communication Number Qualifier
      04 R - Communication Number
      05 S EM|EX|FX|TE Communication Number Qualifier
      06 S - Communication Number
      07 S EM|EX|FX|TE Communication Number Qualifier
      08 S - Communication Number
  loop 2010AB S 1 0150 Pay-to Address Name
    NM1 R 1 0150 Pay-to Address Name
      01 R 87 Entity Identifier Code
      02 R 1|2 Entity Type Qualifier
    N3 R 1 0250 Pay-to Address
      01 R - Pay-To Address Line
      02 S - Pay-To Address Line
    N4 R 1 0300 Pay-To Address City, State, ZIP Code
      01 R - Pay-to Address City Name
      02 S @state Pay-to Address State Code
      03 S - Pay-to Address Postal Zone or ZIP Code
      04 S @country Country Code
      07 S - Country Subdivision Code
  loop 2010AC S 1 0150 Pay-To Plan Name
    NM1 R 1 0150 Pay-To Plan Name
      01 R PE Entity Identifier Code
      02 R 2 Entity Type Qualifier
      03 R - Pay-To Plan Organizational Name
      08 R PI|XV Identification Code Qualifier
      09 R - Pay-To Plan Primary Identifier
    N3 R 1 0250 Pay-to Plan Address
      01 R - Pay-To Plan Address Line
      02 S - Pay-To Plan Address Line
    N4 R 1 0300 Pay-To Plan City, State, ZIP Code
      01 R - Pay-To Plan City Name
      02 S - Pay-To Plan State or Province Code
      03 S - Pay-To Plan Postal Zone or ZIP Code
      04 S @country Country Code
      07 S - Country Subdivision Code
    REF S 1 0350 Pay-to Plan Secondary Identification
      01 R 2U|FY|NF Reference Identification Qualifier
      02 R - Pay-to Plan Secondary Identifier
    REF R 1 0350 Pay-To Plan Tax Identification Number
      01 R EI Reference Identification Qualifier
      02 R - Pay-To Plan Tax Identification Number
  loop 2000B R >1 0200 Subscriber Hierarchical Level
    HL R 1 0010 Subscriber Hierarchical Level
      01 R - Hierarchical ID Number
      02 R - Hierarchical Parent ID Number
      03 R 22 Hierarchical Level Code
      04 R 0|1 Hierarchical Child Code
    SBR R 1 0050 Subscriber Information
      01 R A|B|C|D|E|F|G|H|P|S|T|U Payer Responsibility Sequence Number Code
      02 S 18 Individual Relationship Code
      03 S - Subscriber Group or Policy Number
      04 S - Subscriber Group Name
      05 S 12|13|14|15|16|41|42|43|47 Insurance Type Code
      09 S 11|12|13|14|15|16|17|AM|BL|CH|CI|DS|FI|HM|LM|MA|MB|MC|OF|TV|VA|WC|ZZ Claim Filing Indicator Code
    loop 2010BA R 1 0150 Subscriber Name
      NM1 R 1 0150 Subscriber Name
        01 R IL Entity Identifier Code
        02 R 1|2 Entity Type Qualifier
        03 R - Subscriber Last Name
        04 S - Subscriber First Name
        05 S - Subscriber Middle Name or Initial
        07 S - Subscriber Name Suffix
        08 S II|MI Identification Code Qualifier
        09 S - Subscriber Primary Identifier
      N3 S 1 0250 Subscriber Address
        01 R - Subscriber Address Line
        02 S - Subscriber Address Line
      N4 S 1 0300 Subscriber City, State, ZIP Code
        01 R - Subscriber City Name
        02 S @state Subscriber State Code
        03 S - Subscriber Postal Zone or ZIP Code
        04 S @country Country Code
        07 S - Country Subdivision Code
      DMG S 1 0320 Subscriber Demographic Information
        01 R D8 Date Time Period Format Qualifier
        02 R - Subscriber Birth Date
        03 R F|M|U Subscriber Gender Code
      REF S 1 0350 Subscriber Secondary Identification
        01 R SY Reference Identification Qualifier
        02 R - Subscriber Supplemental Identifier
      REF S 1 0350 Property and Casualty Claim Number
        01 R Y4 Reference Identification Qualifier
        02 R - Property Casualty Claim Number
    loop 2010BB R 1 0150 Payer Name
      NM1 R 1 0150 Payer Name
        01 R PR Entity Identifier Code
        02 R 2 Entity Type Qualifier
        03 R - Payer Name
        08 R PI|XV Identification Code Qualifier
        09 R - Payer Identifier
      N3 S 1 0250 Payer Address
        01 R - Payer Address Line
        02 S - Payer Address Line
      N4 S 1 0300 Payer City, State, ZIP Code
        01 R - Payer City Name
        02 S @state Payer State or Province Code
        03 S - Payer Postal Zone or ZIP Code
        04 S @country Country Code
        07 S - Country Subdivision Code
      REF S 3 0350 Payer Secondary Identification
        01 R 2U|EI|FY|NF Reference Identification Qualifier
        02 R - Payer Secondary Identifier
      REF S 2 0350 Billing Provider Secondary Identification
        01 R G2|LU Reference Identification Qualifier
        02 R - Billing Provider Secondary Identifier
    loop 2300 S 100 1300 Claim Information
      CLM R 1 1300 Claim Information
        01 R - Patient Control Number
        02 R - Total Claim Charge Amount
        05 R composite Health Care Service Location Information
          05-01 R @place-of-service Place of Service Code
          05-02 R B Facility Code Qualifier
          05-03 R - Claim Frequency Code
        06 R N|Y Provider or Supplier Signature Indicator
        07 R A|C Assignment or Plan Participation Code
        08 R N|W|Y Benefits Assignment Certification Indicator
        09 R I|Y Release of Information Code
        11 S composite Related Causes Information
          11-01 R AA|EM|OA Related Causes Code
          11-02 S AA|EM|OA Related Causes Code
          11-04 S @state Auto Accident State or Province Code
          11-05 S @country Country Code
        12 S 01|02|03|05 Special Program Indicator
        19 S PB Predetermination of Benefits Code
        20 S 1|2|3|4|5|6|7|8|9|10|11|15 Delay Reason Code
      DTP S 1 1350 Date - Accident
        01 R 439 Date Time Qualifier
        02 R D8 Date Time Period Format Qualifier
        03 R - Accident Date
      DTP S 1 1350 Date - Appliance Placement
        01 R 452 Date Time Qualifier
        02 R D8 Date Time Period Format Qualifier
        03 R - Orthodontic Banding Date
      DTP S 1 1350 Date - Service Date
        01 R 472 Date Time Qualifier
        02 R D8|RD8 Date Time Period Format Qualifier
        03 R - Service Date
      DTP S 1 1350 Date - Repricer Received Date
        01 R 050 Date Time Qualifier
        02 R D8 Date Time Period Format Qualifier
        03 R - Repricer Received Date
      DN1 S 1 1450 Orthodontic Total Months of Treatment
        01 S - Orthodontic Treatment Months Count
        02 S - Orthodontic Treatment Months Remaining Count
        04 S - Orthodontic Treatment Indicator
      DN2 S 35 1500 Tooth Status
        01 R @tooth Tooth Number
        02 R E|M Tooth Status Code
        06 S JP Code List Qualifier Code
      PWK S 10 1550 Claim Supplemental Information
        01 R B4|DA|DG|EB|OZ|P6|RB|RR Attachment Report Type Code
        02 R AA|BM|EL|EM|FT|FX Attachment Transmission Code
        05 S AC Identification Code Qualifier
        06 S - Attachment Control Number
      CN1 S 1 1600 Contract Information
        01 R 02|03|04|05|06|09 Contract Type Code
        02 S - Contract Amount
        03 S - Contract Percentage
        04 S - Contract Code
        05 S - Terms Discount Percentage
        06 S - Contract Version Identifier
      AMT S 1 1750 Patient Amount Paid
        01 R F5 Amount Qualifier Code
        02 R - Patient Amount Paid
      REF S 1 1800 Predetermination Identification
        01 R G3 Reference Identification Qualifier
        02 R - Predetermination of Benefits Identifier
      REF S 1 1800 Service Authorization Exception Code
        01 R 4N Reference Identification Qualifier
        02 R 1|2|3|4|5|6|7 Service Authorization Exception Code
      REF S 1 1800 Payer Claim Control Number
        01 R F8 Reference Identification Qualifier
        02 R - Payer Claim Control Number
      REF S 1 1800 Referral Number
        01 R 9F Reference Identification Qualifier
        02 R - Referral Number
      REF S 1 1800 Prior Authorization
        01 R G1 Reference Identification Qualifier
        02 R - Prior Authorization Number
      REF S 1 1800 Repriced Claim Number
        01 R 9A Reference Identification Qualifier
        02 R - Repriced Claim Reference Number
      REF S 1 1800 Adjusted Repriced Claim Number
        01 R 9C Reference Identification Qualifier
        02 R - Adjusted Repriced Claim Reference Number
      REF S 1 1800 Claim Identifier For Transmission Intermediaries
        01 R D9 Reference Identification Qualifier
        02 R - Value Added Network Trace Number
      K3 S 10 1850 File Information
        01 R - Fixed Format Information
      NTE S 5 1900 Claim Note
        01 R ADD Note Reference Code
        02 R - Claim Note Text
      HI S 1 2310 Health Care Diagnosis Code
        01 R composite Health Care Code Information
          01-01 R ABK|BK|TQ Diagnosis Type Code
          01-02 R - Principal Diagnosis Code
        02..04 S composite Health Care Code Information
          02..04-01 R ABF|BF|TQ Diagnosis Type Code
          02..04-02 R - Diagnosis Code
      HCP S 1 2410 Claim Pricing/Repricing Information
        01 R 00|01|02|03|04|05|07|08|09|10|11|12|13|14 Pricing Methodology
        02 R - Repriced Allowed Amount
        03 S - Repriced Saving Amount
        04 S - Repricing Organization Identifier
        05 S - Repricing Per Diem or Flat Rate Amount
        13 S T1|T2|T3|T4|T5|T6 Reject Reason Code
        14 S 1|2|3|4|5 Policy Compliance Code
        15 S 1|2|3|4|5|6 Exception Code
      loop 2310A S 2 2500 Referring Provider Name
        NM1 R 1 2500 Referring Provider Name
          01 R DN|P3 Entity Identifier Code
          02 R 1 Entity Type Qualifier
          03 R - Referring Provider Last Name
          04 S - Referring Provider First Name
          05 S - Referring Provider Middle Name or Initial
          07 S - Referring Provider Name Suffix
          08 S XX Identification Code Qualifier
          09 S - Referring Provider Identifier
        PRV S 1 2550 Referring Provider Specialty Information
          01 R RF Provider Code
          02 R PXC Reference Identification Qualifier
          03 R @taxonomy Provider Taxonomy Code
        REF S 3 2710 Referring Provider Secondary Identification
          01 R 0B|1G|G2 Reference Identification Qualifier
          02 R - Referring Provider Secondary Identifier
      loop 2310B S 1 2500 Rendering Provider Name
        NM1 R 1 2500 Rendering Provider Name
          01 R 82 Entity Identifier Code
          02 R 1|2 Entity Type Qualifier
          03 R - Rendering Provider Last or Organization Name
          04 S - Rendering Provider First Name
          05 S - Rendering Provider Middle Name or Initial
          07 S - Rendering Provider Name Suffix
          08 S XX Identification Code Qualifier
          09 S - Rendering Provider Identifier
        PRV S 1 2550 Rendering Provider Specialty Information
          01 R PE Provider Code
          02 R PXC Reference Identification Qualifier
          03 R @taxonomy Provider Taxonomy Code
        REF S 4 2710 Rendering Provider Secondary Identification
          01 R 0B|1G|G2|LU Reference Identification Qualifier
          02 R - Rendering Provider Secondary Identifier
      loop 2310C S 1 2500 Service Facility Location Name
        NM1 R 1 2500 Service Facility Location Name
          01 R 77 Entity Identifier Code
          02 R 2 Entity Type Qualifier
          03 R - Laboratory or Facility Name
          08 S XX Identification Code Qualifier
          09 S - Laboratory or Facility Primary Identifier
        N3 R 1 2650 Service Facility Location Address
          01 R - Laboratory or Facility Address Line
          02 S - Laboratory or Facility Address Line
        N4 R 1 2700 Service Facility Location City, State, ZIP Code
          01 R - Laboratory or Facility City Name
          02 S @state Laboratory or Facility State or Province Code
          03 S - Laboratory or Facility Postal Zone or ZIP Code
          04 S @country Country Code
          07 S - Country Subdivision Code
        REF S 3 2710 Service Facility Location Secondary Identification
          01 R 0B|G2|LU Reference Identification Qualifier
          02 R - Laboratory or Facility Secondary Identifier
      loop 2310D S 1 2500 Assistant Surgeon Name
        NM1 R 1 2500 Assistant Surgeon Name
          01 R DD Entity Identifier Code
          02 R 1 Entity Type Qualifier
          03 R - Assistant Surgeon Last Name
          04 S - Assistant Surgeon First Name
          05 S - Assistant Surgeon Middle Name or Initial
          07 S - Assistant Surgeon Name Suffix
          08 S XX Identification Code Qualifier
          09 S - Assistant Surgeon Identifier
        PRV S 1 2550 Assistant Surgeon Specialty Information
          01 R AS Provider Code
          02 R PXC Reference Identification Qualifier
          03 R @taxonomy Provider Taxonomy Code
        REF S 4 2710 Assistant Surgeon Secondary Identification
          01 R 0B|1G|G2|LU Reference Identification Qualifier
          02 R - Assistant Surgeon Secondary Identifier
      loop 2310E S 1 2500 Supervising Provider Name
        NM1 R 1 2500 Supervising Provider Name
          01 R DQ Entity Identifier Code
          02 R 1 Entity Type Qualifier
          03 R - Supervising Provider Last Name
          04 S - Supervising Provider First Name
          05 S - Supervising Provider Middle Name or Initial
          07 S - Supervising Provider Name Suffix
          08 S XX Identification Code Qualifier
          09 S - Supervising Provider Identifier
        REF S 4 2710 Supervising Provider Secondary Identification
          01 R 0B|1G|G2|LU Reference Identification Qualifier
          02 R - Supervising Provider Secondary Identifier
      loop 2320 S 10 2900 Other Subscriber Information
        SBR R 1 2900 Other Subscriber Information
          01 R A|B|C|D|E|F|G|H|P|S|T|U Payer Responsibility Sequence Number Code
          02 R 01|18|19|20|21|39|40|53|G8 Individual Relationship Code
          03 S - Insured Group or Policy Number
          04 S - Other Insured Group Name
          05 S 12|13|14|15|16|41|42|43|47 Insurance Type Code
          09 S 11|12|13|14|15|16|17|AM|BL|CH|CI|DS|FI|HM|LM|MA|MB|MC|OF|TV|VA|WC|ZZ Claim Filing Indicator Code
        CAS S 5 2950 Claim Level Adjustments
          01 R CO|CR|OA|PI|PR Claim Adjustment Group Code
          02 R - Adjustment Reason Code
          03 R - Adjustment Amount
          04 S - Adjustment Quantity
          05 S - Adjustment Reason Code
          06 S - Adjustment Amount
          07 S - Adjustment Quantity
          08 S - Adjustment Reason Code
          09 S - Adjustment Amount
          10 S - Adjustment Quantity
          11 S - Adjustment Reason Code
          12 S - Adjustment Amount
          13 S - Adjustment Quantity
          14 S - Adjustment Reason Code
          15 S - Adjustment Amount
          16 S - Adjustment Quantity
          17 S - Adjustment Reason Code
          18 S - Adjustment Amount
          19 S - Adjustment Quantity
        AMT S 1 3000 Coordination of Benefits (COB) Payer Paid Amount
          01 R D Amount Qualifier Code
          02 R - Payer Paid Amount
        AMT S 1 3000 Coordination of Benefits (COB) Total Non-Covered Amount
          01 R A8 Amount Qualifier Code
          02 R - Non-Covered Charge Amount
        AMT S 1 3000 Remaining Patient Liability
          01 R EAF Amount Qualifier Code
          02 R - Remaining Patient Liability
        OI R 1 3100 Other Insurance Coverage Information
          03 R N|W|Y Benefits Assignment Certification Indicator
          06 R I|Y Release of Information Code
        MOA S 1 3200 Outpatient Adjudication Information
          01 S - Reimbursement Rate
          02 S - HCPCS Payable Amount
          03 S @remark Claim Payment Remark Code
          04 S @remark Claim Payment Remark Code
          05 S @remark Claim Payment Remark Code
          06 S @remark Claim Payment Remark Code
          07 S @remark Claim Payment Remark Code
          09 S - Non-Payable Professional Component Billed Amount
        loop 2330A R 1 3250 Other Subscriber Name
          NM1 R 1 3250 Other Subscriber Name
            01 R IL Entity Identifier Code
            02 R 1|2 Entity Type Qualifier
            03 R - Other Insured Last Name
            04 S - Other Insured First Name
            05 S - Other Insured Middle Name
            07 S - Other Insured Name Suffix
            08 R II|MI Identification Code Qualifier
            09 R - Other Insured Identifier
          N3 S 1 3320 Other Subscriber Address
            01 R - Other Subscriber Address Line
            02 S - Other Insured Address Line
          N4 S 1 3400 Other Subscriber City, State, ZIP Code
            01 R - Other Subscriber City Name
            02 S @state Other Subscriber State or Province Code
            03 S - Other Subscriber Postal Zone or ZIP Code
            04 S @country Country Code
            07 S - Country Subdivision Code
          REF S 1 3550 Other Subscriber Secondary Identification
            01 R SY Reference Identification Qualifier
            02 R - Other Insured Additional Identifier
        loop 2330B R 1 3250 Other Payer Name
          NM1 R 1 3250 Other Payer Name
            01 R PR Entity Identifier Code
            02 R 2 Entity Type Qualifier
            03 R - Other Payer Organization Name
            08 R PI|XV Identification Code Qualifier
            09 R - Other Payer Primary Identifier
          N3 S 1 3320 Other Payer Address
            01 R - Other Payer Address Line
            02 S - Other Payer Address Line
          N4 S 1 3400 Other Payer City, State, ZIP Code
            01 R - Other Payer City Name
            02 S @state Other Payer State or Province Code
            03 S - Other Payer Postal Zone or ZIP Code
            04 S @country Country Code
            07 S - Country Subdivision Code
          DTP S 1 3500 Claim Check or Remittance Date
            01 R 573 Date Time Qualifier
            02 R D8 Date Time Period Format Qualifier
            03 R - Adjudication or Payment Date
          REF S 3 3550 Other Payer Secondary Identifier
            01 R 2U|EI|FY|NF Reference Identification Qualifier
            02 R - Other Payer Secondary Identifier
          REF S 1 3550 Other Payer Prior Authorization Number
            01 R G1 Reference Identification Qualifier
            02 R - Other Payer Prior Authorization Number
          REF S 1 3550 Other Payer Referral Number
            01 R 9F Reference Identification Qualifier
            02 R - Other Payer Prior Authorization or Referral Number
          REF S 1 3550 Other Payer Claim Adjustment Indicator
            01 R T4 Reference Identification Qualifier
            02 R Y Other Payer Claim Adjustment Indicator
          REF S 1 3550 Other Payer Predetermination Identification
            01 R G3 Reference Identification Qualifier
            02 R - Other Payer Predetermination of Benefits Identifier
          REF S 1 3550 Other Payer Claim Control Number
            01 R F8 Reference Identification Qualifier
            02 R - Other Payer's Claim Control Number
        loop 2330C S 2 3250 Other Payer Referring Provider
          NM1 R 1 3250 Other Payer Referring Provider
            01 R DN|P3 Entity Identifier Code
            02 R 1 Entity Type Qualifier
          REF R 3 3550 Other Payer Referring Provider Secondary Identification
            01 R 0B|1G|G2 Reference Identification Qualifier
            02 R - Other Payer Referring Provider Identifier
        loop 2330D S 1 3250 Other Payer Rendering Provider
          NM1 R 1 3250 Other Payer Rendering Provider
            01 R 82 Entity Identifier Code
            02 R 1|2 Entity Type Qualifier
          REF R 3 3550 Other Payer Rendering Provider Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Other Payer Rendering Provider Secondary Identifier
        loop 2330E S 1 3250 Other Payer Supervising Provider
          NM1 R 1 3250 Other Payer Supervising Provider
            01 R DQ Entity Identifier Code
            02 R 1 Entity Type Qualifier
          REF R 3 3550 Other Payer Supervising Provider Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Other Payer Supervising Provider Identifier
        loop 2330F S 1 3250 Other Payer Billing Provider
          NM1 R 1 3250 Other Payer Billing Provider
            01 R 85 Entity Identifier Code
            02 R 1|2 Entity Type Qualifier
          REF R 2 3550 Other Payer Billing Provider Secondary Identification
            01 R G2|LU Reference Identification Qualifier
            02 R - Other Payer Billing Provider Identifier
        loop 2330G S 1 3250 Other Payer Service Facility Location
          NM1 R 1 3250 Other Payer Service Facility Location
            01 R 77 Entity Identifier Code
            02 R 2 Entity Type Qualifier
          REF R 3 3550 Other Payer Service Facility Location Secondary Identification
            01 R 0B|G2|LU Reference Identification Qualifier
            02 R - Other Payer Service Facility Location Secondary Identifier
        loop 2330H S 1 3250 Other Payer Assistant Surgeon
          NM1 R 1 3250 Other Payer Assistant Surgeon
            01 R DD Entity Identifier Code
            02 R 1|2 Entity Type Qualifier
          REF R 3 3550 Other Payer Assistant Surgeon Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Other Payer Assistant Surgeon Identifier
      loop 2400 R 50 3650 Service Line Number
        LX R 1 3650 Service Line Number
          01 R - Assigned Number
        SV3 R 1 3800 Dental Service
          01 R composite Composite Medical Procedure Identifier
            01-01 R AD|ER Product or Service ID Qualifier
            01-02 R - Procedure Code
            01-03 S - Procedure Modifier 1
            01-04 S - Procedure Modifier 2
            01-05 S - Procedure Modifier 3
            01-06 S - Procedure Modifier 4
            01-07 S - Procedure Code Description
          02 R - Line Item Charge Amount
          03 S @place-of-service Place of Service Code
          04 S composite Oral Cavity Designation
            04-01 R @oral-cavity Oral Cavity Designation Code
            04-02 S @oral-cavity Oral Cavity Designation Code
            04-03 S @oral-cavity Oral Cavity Designation Code
            04-04 S @oral-cavity Oral Cavity Designation Code
            04-05 S @oral-cavity Oral Cavity Designation Code
          05 S I|R Prosthesis, Crown or Inlay Code
          06 S - Procedure Count
          11 S composite Composite Diagnosis Code Pointer
            11-01 R 1|2|3|4 Diagnosis Code Pointer
            11-02 S 1|2|3|4 Diagnosis Code Pointer
            11-03 S 1|2|3|4 Diagnosis Code Pointer
            11-04 S 1|2|3|4 Diagnosis Code Pointer
        TOO S 32 3820 Tooth Information
          01 R JP Code List Qualifier Code
          02 R @tooth Tooth Code
          03 S composite Tooth Surface
            03-01 R B|D|F|I|L|M|O Tooth Surface Code
            03-02 S B|D|F|I|L|M|O Tooth Surface Code
            03-03 S B|D|F|I|L|M|O Tooth Surface Code
            03-04 S B|D|F|I|L|M|O Tooth Surface Code
            03-05 S B|D|F|I|L|M|O Tooth Surface Code
        DTP S 1 4550 Date - Service Date
          01 R 472 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Service Date
        DTP S 1 4550 Date - Prior Placement
          01 R 139|441 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Prior Placement Date
        DTP S 1 4550 Date - Appliance Placement
          01 R 452 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Orthodontic Banding Date
        DTP S 1 4550 Date - Replacement
          01 R 446 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Replacement Date
        DTP S 1 4550 Date - Treatment Start
          01 R 196 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Treatment Start Date
        DTP S 1 4550 Date - Treatment Completion
          01 R 198 Date Time Qualifier
          02 R D8 Date Time Period Format Qualifier
          03 R - Treatment Completion Date
        CN1 S 1 4650 Contract Information
          01 R 02|03|04|05|06|09 Contract Type Code
          02 S - Contract Amount
          03 S - Contract Percentage
          04 S - Contract Code
          05 S - Terms Discount Percentage
          06 S - Contract Version Identifier
        REF S 5 4700 Service Predetermination Identification
          01 R G3 Reference Identification Qualifier
          02 R - Predetermination of Benefits Identifier
          04 S composite Reference Identifier
            04-01 R 2U Reference Identification Qualifier
            04-02 R - Other Payer Primary Identifier
        REF S 5 4700 Prior Authorization
          01 R G1 Reference Identification Qualifier
          02 R - Prior Authorization or Referral Number
          04 S composite Reference Identifier
            04-01 R 2U Reference Identification Qualifier
            04-02 R - Other Payer Primary Identifier
        REF S 1 4700 Line Item Control Number
          01 R 6R Reference Identification Qualifier
          02 R - Line Item Control Number
        REF S 1 4700 Repriced Claim Number
          01 R 9A Reference Identification Qualifier
          02 R - Repriced Claim Reference Number
        REF S 1 4700 Adjusted Repriced Claim Number
          01 R 9C Reference Identification Qualifier
          02 R - Adjusted Repriced Claim Reference Number
        REF S 5 4700 Referral Number
          01 R 9F Reference Identification Qualifier
          02 R - Referral Number
          04 S composite Reference Identifier
            04-01 R 2U Reference Identification Qualifier
            04-02 R - Other Payer Primary Identifier
        AMT S 1 4750 Sales Tax Amount
          01 R T Amount Qualifier Code
          02 R - Sales Tax Amount
        K3 S 10 4800 File Information
          01 R - Fixed Format Information
        HCP S 1 4920 Line Pricing/Repricing Information
          01 R 00|01|02|03|04|05|06|07|08|09|10|11|12|13|14 Pricing Methodology
          02 R - Repriced Allowed Amount
          03 S - Repriced Saving Amount
          04 S - Repricing Organization Identifier
          05 S - Repricing Per Diem or Flat Rate Amount
          09 S AD|ER Product or Service ID Qualifier
          10 S - Repriced Approved Procedure Code
          11 S UN Unit or Basis for Measurement Code
          12 S - Repriced Approved Service Unit Count
          13 S T1|T2|T3|T4|T5|T6 Reject Reason Code
          14 S 1|2|3|4|5 Policy Compliance Code
          15 S 1|2|3|4|5|6 Exception Code
        loop 2420A S 1 5000 Rendering Provider Name
          NM1 R 1 5000 Rendering Provider Name
            01 R 82 Entity Identifier Code
            02 R 1|2 Entity Type Qualifier
            03 R - Rendering Provider Last or Organization Name
            04 S - Rendering Provider First Name
            05 S - Rendering Provider Middle Name or Initial
            07 S - Rendering Provider Name Suffix
            08 S XX Identification Code Qualifier
            09 S - Rendering Provider Identifier
          PRV S 1 5050 Rendering Provider Specialty Information
            01 R PE Provider Code
            02 R PXC Reference Identification Qualifier
            03 R @taxonomy Provider Taxonomy Code
          REF S 20 5250 Rendering Provider Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Rendering Provider Secondary Identifier
            04 S composite Reference Identifier
              04-01 R 2U Reference Identification Qualifier
              04-02 R - Other Payer Primary Identifier
        loop 2420B S 1 5000 Assistant Surgeon Name
          NM1 R 1 5000 Assistant Surgeon Name
            01 R DD Entity Identifier Code
            02 R 1 Entity Type Qualifier
            03 R - Assistant Surgeon Last Name
            04 S - Assistant Surgeon First Name
            05 S - Assistant Surgeon Middle Name or Initial
            07 S - Assistant Surgeon Name Suffix
            08 S XX Identification Code Qualifier
            09 S - Assistant Surgeon Identifier
          PRV S 1 5050 Assistant Surgeon Specialty Information
            01 R AS Provider Code
            02 R PXC Reference Identification Qualifier
            03 R @taxonomy Provider Taxonomy Code
          REF S 20 5250 Assistant Surgeon Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Assistant Surgeon Secondary Identifier
            04 S composite Reference Identifier
              04-01 R 2U Reference Identification Qualifier
              04-02 R - Other Payer Primary Identifier
        loop 2420C S 1 5000 Supervising Provider Name
          NM1 R 1 5000 Supervising Provider Name
            01 R DQ Entity Identifier Code
            02 R 1 Entity Type Qualifier
            03 R - Supervising Provider Last Name
            04 S - Supervising Provider First Name
            05 S - Supervising Provider Middle Name or Initial
            07 S - Supervising Provider Name Suffix
            08 S XX Identification Code Qualifier
            09 S - Supervising Provider Identifier
          REF S 20 5250 Supervising Provider Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Supervising Provider Secondary Identifier
            04 S composite Reference Identifier
              04-01 R 2U Reference Identification Qualifier
              04-02 R - Other Payer Primary Identifier
        loop 2420D S 1 5000 Service Facility Location Name
          NM1 R 1 5000 Service Facility Location Name
            01 R 77 Entity Identifier Code
            02 R 2 Entity Type Qualifier
            03 R - Laboratory or Facility Name
            08 S XX Identification Code Qualifier
            09 S - Laboratory or Facility Primary Identifier
          N3 R 1 5140 Service Facility Location Address
            01 R - Laboratory or Facility Address Line
            02 S - Laboratory or Facility Address Line
          N4 R 1 5200 Service Facility Location City, State, ZIP Code
            01 R - Laboratory or Facility City Name
            02 S @state Laboratory or Facility State or Province Code
            03 S - Laboratory or Facility Postal Zone or ZIP Code
            04 S @country Country Code
            07 S - Country Subdivision Code
          REF S 3 5250 Service Facility Location Secondary Identification
            01 R 0B|1G|G2|LU Reference Identification Qualifier
            02 R - Service Facility Location Secondary Identifier
            04 S composite Reference Identifier
              04-01 R 2U Reference Identification Qualifier
              04-02 R - Other Payer Primary Identifier
        loop 2430 S 15 5400 Line Adjudication Information
          SVD R 1 5400 Line Adjudication Information
            01 R - Other Payer Primary Identifier
            02 R - Service Line Paid Amount
            03 R composite Composite Medical Procedure Identifier
              03-01 R AD|ER Product or Service ID Qualifier
              03-02 R - Procedure Code
              03-03 S - Procedure Modifier
              03-04 S - Procedure Modifier
              03-05 S - Procedure Modifier
              03-06 S - Procedure Modifier
              03-07 S - Procedure Code Description
            05 R - Paid Service Unit Count
            06 S - Bundled or Unbundled Line Number
          CAS S 5 5450 Line Adjustment
            01 R CO|CR|OA|PI|PR Claim Adjustment Group Code
            02 R - Adjustment Reason Code
            03 R - Adjustment Amount
            04 S - Adjustment Quantity
            05 S - Adjustment Reason Code
            06 S - Adjustment Amount
            07 S - Adjustment Quantity
            08 S - Adjustment Reason Code
            09 S - Adjustment Amount
            10 S - Adjustment Quantity
            11 S - Adjustment Reason Code
            12 S - Adjustment Amount
            13 S - Adjustment Quantity
            14 S - Adjustment Reason Code
            15 S - Adjustment Amount
            16 S - Adjustment Quantity
            17 S - Adjustment Reason Code
            18 S - Adjustment Amount
            19 S - Adjustment Quantity
          DTP R 1 5500 Line Check or Remittance Date
            01 R 573 Date Time Qualifier
            02 R D8 Date Time Period Format Qualifier
            03 R - Adjudication or Payment Date
          AMT S 1 5505 Remaining Patient Liability
            01 R EAF Amount Qualifier Code
            02 R - Remaining Patient Liability
    loop 2000C S >1 1400 Patient Hierarchical Level
      HL R 1 0010 Patient Hierarchical Level
        01 R - Hierarchical ID Number
        02 R - Hierarchical Parent ID Number
        03 R 23 Hierarchical Level Code
        04 R 0 Hierarchical Child Code
      PAT R 1 0070 Patient Information
        01 R 01|19|20|21|39|40|53|G8 Individual Relationship Code
      loop 2010CA R 1 0150 Patient Name
        NM1 R 1 0150 Patient Name
          01 R QC Entity Identifier Code
          02 R 1 Entity Type Qualifier
          03 R - Patient Last Name
          04 S - Patient First Name
          05 S - Patient Middle Name or Initial
          07 S - Patient Name Suffix
        N3 R 1 0250 Patient Address
          01 R - Patient Address Line
          02 S - Patient Address Line
        N4 R 1 0300 Patient City, State, ZIP Code
          01 R - Patient City Name
          02 S @state Patient State Code
          03 S - Patient Postal Zone or ZIP Code
          04 S @country Country Code
          07 S - Country Subdivision Code
        DMG R 1 0320 Patient Demographic Information
          01 R D8 Date Time Period Format Qualifier
          02 R - Patient Birth Date
          03 R F|M|U Patient Gender Code
        REF S 1 0350 Property and Casualty Claim Number
          01 R Y4 Reference Identification Qualifier
          02 R - Property Casualty Claim Number
        REF S 1 0350 Property and Casualty Patient Identifier
          01 R 1W|SY Reference Identification Qualifier
          02 R - Property and Casualty Patient Identifier
      again 2300 R 100 1300
`;
