// The matrix of users and transactions: a table for each direction, so that both fit beside the menu. On a narrow screen
// each row becomes a block of its own, and each checkbox shows the word that stands in the column's heading otherwise.

import type { Direction, Right } from '../domain/right.ts';
import { printRight, transactionTitle } from '../domain/right.ts';
import { roleTitle } from '../domain/role.ts';
import type { Member } from '../storage/member-store.ts';
import { pathOfGrants } from './paths.ts';

export interface MatrixRow {
  readonly member: Member;
  /** What is checked, as `printRight` has it. */
  readonly held: ReadonlySet<string>;
  /** The version of the grants that this row was made from. */
  readonly version: number;
  /** Whether the viewer may change them. */
  readonly editable: boolean;
}

interface MatrixProps {
  readonly rows: readonly MatrixRow[];
  /** What the trading partner has agreed on: there is no column for anything else. */
  readonly agreed: readonly Right[];
}

/** The name of the checkbox for a user's right, and its id. A user id holds no space. */
export const boxName = (userId: string, right: Right): string =>
  `${printRight(right).replaceAll(' ', '_')}:${userId}`;
/** The hidden field with the version that a row was made from. */
export const versionName = (userId: string): string => `version:${userId}`;

const headings: Readonly<Record<Direction, string>> = { send: 'MAY SEND', receive: 'MAY RECEIVE' };

export function GrantMatrix(props: MatrixProps & { readonly direction: Direction }) {
  const { rows, direction } = props;
  const columns = props.agreed.filter((right) => right.direction === direction);
  if (columns.length === 0) return <p>Your trading partner has agreed on no transaction to {direction}.</p>;
  return (
    <fieldset class="cg-matrix">
      <legend>{headings[direction]}</legend>
      <table class="usa-table usa-table--borderless cg-table">
        <caption class="usa-sr-only">
          Users and the transactions that each {direction === 'send' ? 'may send' : 'may receive'}
        </caption>
        <thead>
          <tr>
            <th scope="col">User</th>
            {columns.map((right) => (
              <th scope="col" title={transactionTitle(right.transaction)}>
                {right.transaction}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">
                <a href={pathOfGrants(row.member.userId)}>{row.member.userId}</a>
                <div class="cg-small">
                  {row.member.firstName} {row.member.lastName}
                  <br />
                  {roleTitle(row.member.role)}
                </div>
              </th>
              {columns.map((right) => (
                <td>
                  <Cell row={row} right={right} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}

function Cell(props: { readonly row: MatrixRow; readonly right: Right }) {
  const { row, right } = props;
  const { userId } = row.member;
  const held = row.held.has(printRight(right));
  if (!row.editable) {
    return (
      <span class="cg-matrix__fact">
        <span class="cg-matrix__word">{right.transaction}: </span>
        {held ? 'Yes' : 'No'}
      </span>
    );
  }
  const name = boxName(userId, right);
  return (
    <div class="usa-checkbox">
      <input class="usa-checkbox__input" id={name} name={name} type="checkbox" value="yes" checked={held} />
      <label class="usa-checkbox__label" for={name}>
        <span class="cg-matrix__word">{right.transaction}</span>
        <span class="usa-sr-only">
          {' '}
          {transactionTitle(right.transaction)}: {userId} may {right.direction} it
        </span>
      </label>
    </div>
  );
}
