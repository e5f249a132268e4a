// Words that passwords are guessed with first: the heads of the public lists of leaked passwords, keyboard walks, and
// the words of this place. Four letters at least, so that a refusal names something a person recognises.

const words = `
password passwort passw0rd p@ssword p@ssw0rd pa$$word letmein welcome w3lcome qwerty qwertz azerty asdf zxcv qazwsx
1q2w 1qaz iloveyou sunshine princess dragon monkey football baseball basketball hockey soccer superman batman master
shadow michael jordan hunter killer trustno starwars whatever freedom ginger cookie cheese summer winter spring autumn
secret login admin administrator root guest changeme default access computer internet server testing temporary
january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
medicaid medicare nctracks ncid myncid claimgate claims carolina raleigh billing provider clearinghouse hospital
doctor nurse health tarheel wolfpack panthers
`;

/** In lower case. */
export const commonWords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
