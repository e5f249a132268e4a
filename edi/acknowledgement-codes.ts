/** Every code that a TA1 or 999 may hold, with what it means and what to do: X12.5 TA1, 005010X231A1. */

/** The places in a TA1 or 999 where a code may stand. */
export type CodePlace = 'TA104' | 'TA105' | 'IK304' | 'IK403' | 'IK501' | 'IK502' | 'AK901' | 'AK905';

/** `code | plain words | what to do`, one a line. */
const TABLES: Readonly<Record<CodePlace, string>> = {
  TA104: `
A | The interchange was accepted. | Nothing to do.
E | The interchange was accepted, but something in its envelope is wrong. | Do not send it again; correct the next one.
R | The interchange was rejected because of its envelope; nothing in it was processed. | Correct what TA105 names and send the whole interchange again.`,
  TA105: `
000 | No error. | Nothing to do.
001 | The control numbers in ISA13 and IEA02 differ. | Send the same number in both.
002 | The standard in ISA11 is not supported. | Send the repetition separator in ISA11.
003 | The version of the controls is not supported. | Send 00501 in ISA12.
004 | The segment terminator is invalid. | End every segment with one character that is no letter, digit or blank, such as ~.
005 | The sender's qualifier in ISA05 is invalid. | Send the qualifier agreed with us, usually ZZ.
006 | The sender id in ISA06 is invalid. | Send the id that you were enrolled with, padded to 15 characters.
007 | The receiver's qualifier in ISA07 is invalid. | Send the qualifier agreed with us, usually ZZ.
008 | The receiver id in ISA08 is invalid. | Send our id, padded to 15 characters.
009 | The receiver id in ISA08 is not known here. | Check that the file was meant for us, and send our id.
010 | The authorization qualifier in ISA01 is invalid. | Send 00.
011 | The authorization information in ISA02 is invalid. | Send ten blanks.
012 | The security qualifier in ISA03 is invalid. | Send 00.
013 | The security information in ISA04 is invalid. | Send ten blanks.
014 | The date in ISA09 is invalid. | Send a day that exists as YYMMDD.
015 | The time in ISA10 is invalid. | Send HHMM.
016 | The value in ISA11 is invalid. | Send the repetition separator, such as ^.
017 | The version in ISA12 is invalid or not supported. | Send 00501.
018 | The control number in ISA13 is invalid. | Send nine digits.
019 | The acknowledgement request in ISA14 is invalid. | Send 0 or 1.
020 | The usage indicator in ISA15 is invalid. | Send P for production or T for test.
021 | The number of groups in IEA01 is not the number of groups sent. | Count the GS segments.
022 | The envelope segments are not nested as they must be. | Check that each ISA, GS and ST has its IEA, GE and SE in the right order.
023 | The file ends before the interchange does. | Send the file again, whole, with its IEA.
024 | The interchange holds something invalid outside of its transaction sets, such as a bad GS. | Check GS and what stands between the sets.
025 | The interchange control number was used before. | If it is the same file, do nothing; if it is new, send it with a new ISA13.
026 | The data element separator is invalid. | Use a character that is no letter, digit or blank, such as *.
027 | The component element separator is invalid. | Use a character of its own, such as :.
028 | The delivery date is invalid. | Leave out delivery requests.
029 | The delivery time is invalid. | Leave out delivery requests.
030 | The delivery time code is invalid. | Leave out delivery requests.
031 | The grade of service is invalid. | Leave out delivery requests.`,
  IK304: `
1 | The segment id is not recognized. | Check the spelling of the id and the terminator before it.
2 | The segment is not expected here. | Move it to the loop it belongs to.
3 | A required segment is missing. | Add it at this position.
4 | The loop occurs more often than it may. | Remove the additional ones.
5 | The segment occurs more often than it may. | Remove the additional ones.
6 | The segment does not belong to this transaction set. | Remove it.
7 | The segment is out of order. | Send segments in the order of the implementation guide.
8 | The segment has errors in its elements. | See the elements below.
I4 | The implementation guide does not use this segment. | Remove it.
I6 | A segment is missing that other data makes necessary. | See the situational trigger, and add it.
I7 | The loop occurs less often than it must. | Add it.
I8 | The segment occurs less often than it must. | Add it.
I9 | The segment may not be used, because of other data. | See the situational trigger, and remove it.`,
  IK403: `
1 | A required element is missing. | Send a value.
2 | An element is missing that another element requires. | Send both, or neither.
3 | The segment has too many elements. | Remove what follows the last defined one.
4 | The value is too short. | Send the least length the guide asks for.
5 | The value is too long. | Shorten it.
6 | The value has an invalid character. | Send only what its type allows.
7 | The code does not exist. | Send a code of the list.
8 | The date is invalid. | Send a day that exists, in the form that its qualifier names.
9 | The time is invalid. | Send HHMM, HHMMSS or HHMMSSDD.
10 | Elements that exclude each other were sent together. | Send only one of them.
12 | The element repeats too often. | Send fewer repetitions.
13 | The composite has too many components. | Remove what follows the last defined one.
I6 | The implementation guide does not use this code. | Send a code that the guide lists.
I9 | An element is missing that other data makes necessary. | See the situational trigger, and send it.
I10 | The implementation guide does not use this element. | Leave it empty.
I11 | The element repeats less often than it must. | Send more repetitions.
I12 | The value does not have the form that the guide asks for. | Check the form of the value.
I13 | The element may not be used, because of other data. | See the situational trigger, and leave it empty.`,
  IK501: `
A | The transaction set was accepted. | Nothing to do.
E | The transaction set was accepted, but errors were noted. | Do not send it again; correct the next one.
M | The transaction set was rejected: message authentication failed. | Send it without security segments.
R | The transaction set was rejected; none of its claims were processed. | Correct the errors and send the set again.
W | The transaction set was rejected: assurance failed validity tests. | Send it without security segments.
X | The transaction set was rejected: it could not be analysed after decryption. | Send it without security segments.`,
  IK502: `
1 | The transaction set is not supported. | Send only the transactions that you are enrolled for.
2 | The transaction set has no trailer. | End it with SE.
3 | The control numbers in ST02 and SE02 differ. | Send the same number in both.
4 | The number of segments in SE01 is wrong. | Count all segments from ST to SE, both included.
5 | One or more segments are in error. | See the segments above.
6 | The transaction set id is missing or invalid. | Send 837 in ST01.
7 | The transaction set control number is missing or invalid. | Send four to nine characters in ST02.
8 | The authentication key name is unknown. | Leave out security segments.
9 | The encryption key name is unknown. | Leave out security segments.
10 | The security service is not available. | Leave out security segments.
11 | The security recipient is unknown. | Leave out security segments.
12 | The message length is incorrect. | Leave out security segments.
13 | Message authentication failed. | Leave out security segments.
15 | The security originator is unknown. | Leave out security segments.
16 | There is a syntax error in the decrypted text. | Leave out security segments.
17 | Security is not supported. | Leave out security segments.
18 | The transaction set does not belong in this functional group. | Send 837 sets in HC groups only.
19 | The implementation convention in ST03 is invalid. | Send the same version in ST03 as in GS08.
23 | The transaction set control number is not unique in its group. | Number the sets of a group differently.
24 | S3E security end segment is missing for S3S. | Leave out security segments.
25 | S3S security start segment is missing for S3E. | Leave out security segments.
26 | S4E security end segment is missing for S4S. | Leave out security segments.
27 | S4S security start segment is missing for S4E. | Leave out security segments.
I5 | One or more segments do not follow the implementation guide. | See the segments above.
I6 | The implementation convention in ST03 is not supported. | Send the version that you are enrolled for.`,
  AK901: `
A | The functional group was accepted. | Nothing to do.
E | The functional group was accepted, but errors were noted. | Do not send it again; correct the next one.
M | The functional group was rejected: message authentication failed. | Send it without security segments.
P | The functional group was partially accepted: at least one of its sets was rejected. | Correct the rejected sets and send those again.
R | The functional group was rejected; nothing in it was processed. | Correct the errors and send the group again.
W | The functional group was rejected: assurance failed validity tests. | Send it without security segments.
X | The functional group was rejected: it could not be analysed after decryption. | Send it without security segments.`,
  AK905: `
1 | The functional group is not supported. | Send HC in GS01 for claims.
2 | The version of the group in GS08 is not supported. | Send the version that you are enrolled for.
3 | The group has no trailer. | End it with GE.
4 | The control numbers in GS06 and GE02 differ. | Send the same number in both.
5 | The number of transaction sets in GE01 is wrong, or a set cannot be identified. | Count the ST segments, and check ST01 and ST02.
6 | The group control number is invalid. | Send one to nine digits in GS06.
10 | The authentication key name is unknown. | Leave out security segments.
11 | The encryption key name is unknown. | Leave out security segments.
12 | The security service is not available. | Leave out security segments.
13 | The security recipient is unknown. | Leave out security segments.
14 | The security originator is unknown. | Leave out security segments.
15 | There is a syntax error in the decrypted text. | Leave out security segments.
16 | Security is not supported. | Leave out security segments.
17 | The message length is incorrect. | Leave out security segments.
18 | Message authentication failed. | Leave out security segments.
19 | The group control number is not unique in its interchange. | Number the groups of an interchange differently.
23 | S3E security end segment is missing for S3S. | Leave out security segments.
24 | S3S security start segment is missing for S3E. | Leave out security segments.
25 | S4E security end segment is missing for S4S. | Leave out security segments.
26 | S4S security start segment is missing for S4E. | Leave out security segments.`,
};

/** All places, in the order in which an acknowledgement has them. */
export const CODE_PLACES = Object.keys(TABLES) as readonly CodePlace[];

/** The codes of one place with their words. */
export function codesOf(place: CodePlace): ReadonlyMap<string, readonly [plain: string, hint: string]> {
  const codes = new Map<string, readonly [string, string]>();
  for (const line of TABLES[place].trim().split('\n')) {
    const [code = '', plain = '', hint = ''] = line.split('|').map((part) => part.trim());
    codes.set(code, [plain, hint]);
  }
  return codes;
}
