// A text to take elsewhere, with a button that copies it. Without script it is selected by hand.

/**
 * @param props.id the id of the element that holds the text
 * @param props.what what is copied, for people who hear the button
 */
export function Copyable(props: { readonly id: string; readonly what: string; readonly text: string }) {
  return (
    <div>
      <code class="cg-code" id={props.id}>
        {props.text}
      </code>
      <div class="cg-copy-row cg-script-only">
        <button type="button" class="usa-button usa-button--unstyled" data-copy={props.id}>
          Copy<span class="usa-sr-only"> {props.what}</span>
        </button>
        <span role="status" id={`${props.id}-copied`}></span>
      </div>
    </div>
  );
}
