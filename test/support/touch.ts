import type { Page } from '@playwright/test';

export interface Target {
  /** What it says, to know it again on another page. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Whether it stands in a text or on an axis, where its width is given. */
  readonly inline: boolean;
}

/** Everything on the page that can be tapped, and how large it is in CSS pixels. */
export function targets(page: Page): Promise<Target[]> {
  return page.evaluate(() => {
    const onlySpoken = (element: Element | null): boolean =>
      element !== null &&
      (getComputedStyle(element).clipPath === 'inset(50%)' || onlySpoken(element.parentElement));
    const seen = [
      ...document.querySelectorAll(
        'a[href], button, select, textarea, label:has(input), .slider-track, [role="option"], [role="tab"], input:not([type="radio"], [type="checkbox"], [type="range"], [type="file"])',
      ),
    ].filter((element) => element.checkVisibility({ visibilityProperty: true }) && !onlySpoken(element));
    return seen.map((element) => {
      const { width, height } = element.getBoundingClientRect();
      const label = element instanceof HTMLInputElement && element.labels?.[0];
      const says = (label || element).textContent;
      const name = says || element.getAttribute('aria-label') || element.className;
      const inline =
        element.matches('[role="option"], .map-label, .dose-point') ||
        getComputedStyle(element).display === 'inline';
      return { name, width, height, inline };
    });
  });
}

/** Targets that are too small for a finger: below 44 pixels, or 24 in a text or on an axis. */
export async function smallTargets(page: Page): Promise<Target[]> {
  const least = ({ inline }: Target) => (inline ? 24 : 44);
  return (await targets(page)).filter(
    (target) => target.height < least(target) - 0.5 || (!target.inline && target.width < least(target) - 0.5),
  );
}
