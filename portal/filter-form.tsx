// The form that filters the list of transmissions. It is sent by GET: a filtered list has an address of its own.

import type { User } from '../storage/user-store.ts';
import type { FieldError } from './form.ts';
import { paths } from './paths.ts';
import type { FilterTexts } from './transmission-filter.ts';
import { stateFilters, verdictWords } from './transmission-words.ts';

/** Transactions that partners exchange (docs/edi.md); any other can be found by name or number. */
const transactions = [
  '837P',
  '837I',
  '837D',
  '999',
  '277CA',
  '276/277',
  '270/271',
  '278',
  '834',
  '820',
  '835',
];

interface FilterFormProps {
  readonly texts: FilterTexts;
  readonly users: readonly User[];
  readonly errors: readonly FieldError[];
}

export function FilterForm(props: FilterFormProps) {
  const { texts, users } = props;
  return (
    <form method="get" action={paths.transmissions} class="cg-filter" aria-label="Search transmissions">
      <DayField {...props} id="from" label="From day" />
      <DayField {...props} id="to" label="To day" />
      <Choice
        id="state"
        label="Stage"
        value={texts.state}
        options={stateFilters.map(({ key, text }) => [key, text])}
      />
      <Choice
        id="verdict"
        label="Verdict"
        value={texts.verdict}
        options={Object.entries(verdictWords).map(([key, { word }]) => [key, word])}
      />
      <Choice
        id="transaction"
        label="Transaction"
        value={texts.transaction}
        options={transactions.map((name) => [name, name])}
      />
      <Choice
        id="user"
        label="Sent by"
        value={texts.user}
        options={users.map((user) => [user.id, `${user.firstName} ${user.lastName} (${user.id})`])}
      />
      <ShortText id="name" label="File name contains" value={texts.name} />
      <ShortText id="number" label="Control number" value={texts.number} />
      <div class="cg-filter__buttons">
        <button type="submit" class="usa-button">
          Search
        </button>
        <a href={paths.transmissions}>Clear</a>
      </div>
    </form>
  );
}

function DayField(props: FilterFormProps & { readonly id: 'from' | 'to'; readonly label: string }) {
  const { id, label, texts } = props;
  const error = props.errors.find(({ field }) => field === id);
  return (
    <div>
      <label class="usa-label" for={id}>
        {label}
      </label>
      {error === undefined ? null : (
        <span class="usa-error-message" id={`${id}-error`}>
          <span class="usa-sr-only">Error: </span>
          {error.text}
        </span>
      )}
      <input
        class={`usa-input${error === undefined ? '' : ' usa-input--error'}`}
        type="date"
        id={id}
        name={id}
        value={texts[id]}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
      />
    </div>
  );
}

function Choice(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}) {
  return (
    <div>
      <label class="usa-label" for={props.id}>
        {props.label}
      </label>
      <select class="usa-select" id={props.id} name={props.id}>
        <option value="">Any</option>
        {props.options.map(([value, text]) => (
          <option value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function ShortText(props: { readonly id: string; readonly label: string; readonly value: string }) {
  return (
    <div>
      <label class="usa-label" for={props.id}>
        {props.label}
      </label>
      <input
        class="usa-input"
        type="text"
        id={props.id}
        name={props.id}
        value={props.value}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
      />
    </div>
  );
}
