import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

/** A screen and a phone, CSS pixels. */
export const screenSize = { width: 1440, height: 900 };
const phoneSize = { width: 390, height: 844 };

/** Rules about colours. All others find the same in a page whatever its colours are. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/**
 * How a page can look: the system's two schemes, each in the page's own colours and in those that the system forces on it.
 * Each width is looked at by all rules once.
 */
const views = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none', size: screenSize, rules: undefined },
  { name: 'dark, on a phone', colorScheme: 'dark', forcedColors: 'none', size: phoneSize, rules: undefined },
  { name: 'forced dark', colorScheme: 'dark', forcedColors: 'active', size: screenSize, rules: colourRules },
  {
    name: 'forced light',
    colorScheme: 'light',
    forcedColors: 'active',
    size: screenSize,
    rules: colourRules,
  },
] as const;

/** Any dialog. */
export const anyDialog = '[role="dialog"], [role="alertdialog"]';

interface Scope {
  /** All that axe has where none are named. */
  readonly rules?: readonly string[];
  /** Selector of what is looked at; the whole page where none is given. */
  readonly part?: string;
}

/** Every fault that axe finds in a page as it is, of any impact, in words. */
async function faults(page: Page, { rules, part }: Scope = {}): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ([rules, part, anyDialog]) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      // Beside a dialog, outside of all landmarks, React Aria keeps a button that only screen readers see and that closes it.
      const region = { enabled: document.querySelector(anyDialog) === null };
      const { violations } = await axe.run(part ?? document, {
        resultTypes: ['violations'],
        ...(rules ? { runOnly: [...rules] } : { rules: { region } }),
      });
      return violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ html, failureSummary = '' }) => {
          const [, ...reasons] = failureSummary.split('\n');
          return `${id} (${impact}): ${html.slice(0, 160)}: ${reasons.join(' ').trim()}`;
        }),
      );
    },
    [rules, part, anyDialog] as const,
  );
}

/** Serious and critical faults of a page as it is. */
export const seriousFaults = async (page: Page): Promise<string[]> =>
  (await faults(page)).filter((fault) => /^[\w-]+ \((?:serious|critical)\)/.test(fault));

/** Has the page drawn as it is now, with what it does once it knows its new size and colours. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

type View = (typeof views)[number];

async function show(page: Page, { colorScheme, forcedColors, size }: View): Promise<void> {
  await page.emulateMedia({ colorScheme, forcedColors });
  await page.setViewportSize(size);
  await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
  await drawn(page);
}

/** Every fault of a page in all its looks, or of the part with this selector. The page is left as on a screen, in light. */
export async function faultsInAllViews(page: Page, part?: string): Promise<string[]> {
  const found: string[] = [];
  for (const view of views) {
    await show(page, view);
    for (const fault of await faults(page, { rules: view.rules, part })) found.push(`${view.name}: ${fault}`);
  }
  await show(page, views[0]);
  return found;
}
