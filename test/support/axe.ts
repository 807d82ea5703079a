import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** How a page can look: the system's two schemes, each in the page's own colours and in those that the system forces on it. */
export const looks = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', colorScheme: 'dark', forcedColors: 'none' },
  { name: 'forced dark colours', colorScheme: 'dark', forcedColors: 'active' },
  { name: 'forced light colours', colorScheme: 'light', forcedColors: 'active' },
] as const;

/** A screen and a phone, CSS pixels. */
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;

/** Rules about colours. All others find the same in a page whatever its colours are. */
export const colourRules = ['color-contrast', 'link-in-text-block'];

/** Any dialog. */
export const anyDialog = '[role="dialog"], [role="alertdialog"]';

interface Scope {
  /** All that axe has where none are named. */
  readonly rules?: string[];
  /** Selector of what is looked at; the whole page where none is given. */
  readonly part?: string;
}

/** Every fault that axe finds in a page as it is, of any impact, in words. */
async function faults(page: Page, { rules, part }: Scope = {}): Promise<string[]> {
  // The page has no frames: it is read at once, without a second page that would put the frames' results together.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  if (rules) builder.withRules(rules);
  // Beside a dialog, outside of all landmarks, React Aria keeps a button that only screen readers see and that closes it.
  else if ((await page.locator(anyDialog).count()) > 0) builder.disableRules('region');
  if (part !== undefined) builder.include(part);
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => {
      const [, ...reasons] = failureSummary.split('\n');
      return `${id} (${impact}): ${html.slice(0, 160)}: ${reasons.join(' ').trim()}`;
    }),
  );
}

/** Serious and critical faults of a page as it is. */
export const seriousFaults = async (page: Page): Promise<string[]> =>
  (await faults(page)).filter((fault) => /^[\w-]+ \((?:serious|critical)\)/.test(fault));

/** Has the page drawn as it is now, with what it does once it knows its new size. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Every fault on a phone and on a screen. Leaves the page as wide as a screen. */
export async function faultsAtAllSizes(page: Page, scope: Scope = {}): Promise<string[]> {
  const found: string[] = [];
  for (const size of [...sizes].reverse()) {
    await page.setViewportSize(size);
    await drawn(page);
    for (const fault of await faults(page, scope)) found.push(`${size.width} px: ${fault}`);
  }
  return found;
}
