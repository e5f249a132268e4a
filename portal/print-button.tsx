// A button that prints the page; without script it is not there, and the browser's own menu prints as well.

export function PrintButton() {
  return (
    <button type="button" class="usa-button usa-button--outline cg-script-only" id="print">
      Print
    </button>
  );
}
