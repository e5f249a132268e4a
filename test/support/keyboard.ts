// A page walked by the keyboard alone: Tab reaches everything that can be used, in the order in which it stands, and what
// has the focus shows it (WCAG 2.1.1, 2.4.3, 2.4.7, 2.4.11).

import type { Locator, Page } from 'playwright-core';

/** Run in the page: what can be used there, in order, each under a number. */
const numberThem = `(() => {
  const usable = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const shown = [...document.querySelectorAll(usable)].filter((element) => {
    if (element.disabled || element.type === 'hidden' || element.tabIndex < 0) return false;
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    // One radio button of a group is reached by Tab, the others by the arrows.
    if (element.type === 'radio') {
      const group = [...document.querySelectorAll('input[type=radio]')].filter((other) => other.name === element.name && other.form === element.form);
      return element === (group.find((other) => other.checked) ?? group[0]);
    }
    return true;
  });
  shown.forEach((element, index) => element.setAttribute('data-walk', String(index)));
  return shown.map((element) => (element.tagName + ' ' + (element.id || element.textContent.trim() || element.name)).slice(0, 60));
})()`;

/** Run in the page: which of them has the focus, and whether it shows. */
const lookAtFocus = `(() => {
  const element = document.activeElement;
  const number = element.getAttribute('data-walk');
  if (number === null) return undefined;
  // The skip link slides into view.
  for (const animation of element.getAnimations()) animation.finish();
  const outlined = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  // USWDS draws a checkbox, and its focus, before the label.
  const label = element.labels?.[0];
  const visible = outlined(getComputedStyle(element)) || (label !== undefined && (outlined(getComputedStyle(label, '::before')) || outlined(getComputedStyle(label))));
  const box = (label !== undefined && element.matches('.usa-checkbox__input, .usa-radio__input') ? label : element).getBoundingClientRect();
  return { number: Number(number), visible, inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
})()`;

interface Focus {
  readonly number: number;
  readonly visible: boolean;
  readonly inView: boolean;
}

/**
 * Walks an open page with Tab from its beginning to its end.
 * @returns what is wrong, one line each; empty when everything is reached, in order, and shows it
 */
export async function keyboardFaults(page: Page): Promise<readonly string[]> {
  const names = (await page.evaluate(numberThem)) as readonly string[];
  // From the very beginning, wherever the page has put the focus.
  await page.evaluate(
    "document.activeElement?.blur(); document.body.setAttribute('tabindex', '-1'); document.body.focus(); document.body.removeAttribute('tabindex')",
  );
  const faults: string[] = [];
  let next = 0;
  let last = -1;
  // A date field has several stops of its own.
  for (let presses = 0; presses < names.length * 2 + 40 && next < names.length; presses += 1) {
    // Held down: letting go of it each time would take as long again and change nothing.
    await page.keyboard.down('Tab');
    const focus = (await page.evaluate(lookAtFocus)) as Focus | undefined;
    if (focus === undefined || focus.number === last) continue;
    last = focus.number;
    const name = names[focus.number] ?? '';
    if (focus.number !== next) faults.push(`${name} comes in place of ${names[next]}`);
    if (!focus.visible) faults.push(`${name} does not show that it has the focus`);
    if (!focus.inView) faults.push(`${name} is not in view when it has the focus`);
    next = focus.number + 1;
  }
  await page.keyboard.up('Tab');
  for (const missed of names.slice(next)) faults.push(`${missed} is not reached`);
  return faults;
}

/** Run in the page. */
const hasFocus = (element: unknown): boolean =>
  element === (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement;

/** How many stops a page may have before what is looked for. */
const maxStops = 150;

/**
 * Goes to something by Tab alone.
 * @throws Error when it is not reached
 */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < maxStops; presses += 1) {
    if (await target.evaluate(hasFocus)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}.`);
}

/** Presses a button or follows a link by the keyboard alone. */
export async function enterBy(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Types into a field by the keyboard alone. */
export async function typeBy(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
