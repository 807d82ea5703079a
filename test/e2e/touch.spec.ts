import { expect, type Page, test } from '@playwright/test';
import { answered, answerOf, collectErrors, holdModel, modelReady } from '../support/page.ts';
import { smallTargets, type Target, targets } from '../support/touch.ts';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const pages = ['Identify', 'Impact', 'Origins', 'Explore'] as const;

const pageLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

test.describe('on a phone', () => {
  test.use(phone);

  test('fifty steps with a finger', async ({ page }) => {
    const errors = collectErrors(page);
    let steps = 0;
    /** One thing that a person does, and what is seen after it; nothing may be too small or reach beyond the page. */
    const step = (name: string, act: () => Promise<unknown>, seen: () => Promise<unknown>) =>
      test.step(name, async () => {
        await act();
        await seen();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
        expect(await smallTargets(page)).toEqual([]);
        expect(errors).toEqual([]);
        steps += 1;
      });
    const look = async () => {};
    const button = (name: string | RegExp) =>
      page.getByRole('button', { name, exact: typeof name === 'string' }).first();
    /** The title of what opens under it, which has a mark before its words. */
    const title = (name: string) => page.getByRole('button', { name }).first();
    const region = (name: string) => page.getByRole('region', { name, exact: true });
    const radio = (name: string) => page.getByRole('radio', { name, exact: true });
    const option = (name: string) => page.getByText(name, { exact: true }).filter({ visible: true }).first();
    const dialog = (name: string) => page.getByRole('dialog', { name });
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const slider = page.getByRole('slider', { name: 'Scale', exact: true });
    const track = page.locator('.dock .slider-track');
    const card = page.getByRole('region', { name: /^Neuron \d+:\d+$/ });
    const map = page.getByRole('img', { name: 'Neuron map', exact: true });
    const tokens = (lane: string) =>
      page.getByRole('listbox', { name: `Tokens, ${lane}` }).getByRole('option');

    const prompt = page.getByRole('listbox', { name: 'Tokens, Unsteered' }).locator('.token-prompt');

    /** Taps a place of a track, from 0 at its left end to 1. */
    const tapTrack = async (which: typeof track, share: number) => {
      await which.scrollIntoViewIfNeeded();
      const box = (await which.boundingBox())!;
      await page.touchscreen.tap(box.x + 1 + (box.width - 2) * share, box.y + box.height / 2);
    };
    const tapMap = async () => {
      await map.evaluate((canvas) => canvas.scrollIntoView({ block: 'start' }));
      const box = (await map.boundingBox())!;
      await page.touchscreen.tap(box.x + box.width / 2, box.y + 60);
    };
    const tapOutside = () => page.touchscreen.tap(4, 4);

    await page.goto('./');
    await modelReady(page);
    await answered(page);
    await step('see answers and slider together', look, async () => {
      await expect(track).toBeInViewport({ ratio: 1 });
      await expect(page.getByRole('listbox', { name: 'Tokens, Steered' })).toBeInViewport();
    });
    await step(
      'open the settings of sampling',
      () => title('Sampling').tap(),
      () => expect(field('Answer length')).toBeVisible(),
    );
    await step(
      'ask for short answers',
      async () => {
        await field('Answer length').fill('12');
        await field('Answer length').blur();
      },
      () => expect(field('Answer length')).toHaveValue('12'),
    );
    await step(
      'ask',
      async () => {
        await field('Question').fill('What is the capital of France?');
        await button('Run').tap();
      },
      async () => {
        await expect(answerOf(page, 'Unsteered')).toHaveText('The capital of France is Paris.');
        await answered(page);
      },
    );
    await step(
      'slide to off',
      () => tapTrack(track, 0),
      () => expect(slider).toHaveValue('0'),
    );
    await step(
      'slide to one',
      () => tapTrack(track, 1 / 3),
      () => expect(slider).toHaveValue('1'),
    );
    await step(
      'slide to three',
      () => tapTrack(track, 1),
      async () => {
        await expect(slider).toHaveValue('3');
        await expect(region('Steered')).toContainText('× 3.00');
        await answered(page);
      },
    );
    await step(
      'undo',
      () => button(/^Undo:/).tap(),
      () => expect(slider).toHaveValue('1'),
    );
    await step(
      'redo',
      () => button(/^Redo:/).tap(),
      async () => {
        await expect(slider).toHaveValue('3');
        await answered(page);
      },
    );

    await step('open a neuron from the map', tapMap, () => expect(card).toBeVisible());
    const name = (await card.getAttribute('aria-label'))!.replace('Neuron ', '');
    const mute = card.getByRole('button', { name: `Mute ${name}` });
    await step('see card and slider together', look, async () => {
      await expect(track).toBeInViewport({ ratio: 1 });
      const [above, below] = [(await card.boundingBox())!, (await track.boundingBox())!];
      expect(above.y + above.height).toBeLessThanOrEqual(below.y);
    });
    await step(
      'mute it',
      () => mute.tap(),
      async () => {
        await expect(mute).toHaveAttribute('aria-pressed', 'true');
        await answered(page);
      },
    );
    await step(
      'unmute it',
      () => mute.tap(),
      async () => {
        await expect(mute).toHaveAttribute('aria-pressed', 'false');
        await answered(page);
      },
    );
    await step(
      'turn it up by its own slider',
      () => tapTrack(card.locator('.slider-track'), 1),
      async () => {
        await expect(card.getByRole('slider')).toHaveValue('5');
        await answered(page);
      },
    );
    await step(
      'make a group with it',
      () => card.getByRole('button', { name: 'New group with it' }).tap(),
      () => expect(page.getByRole('slider', { name: `Scale of Group with ${name}` })).toBeAttached(),
    );
    await step(
      'close the card',
      () => card.getByRole('button', { name: 'Close the card' }).tap(),
      () => expect(card).toBeHidden(),
    );
    await step(
      'take the group away',
      () => button(`Remove Group with ${name}`).tap(),
      async () => {
        await expect(page.getByRole('slider', { name: `Scale of Group with ${name}` })).toBeHidden();
        await answered(page);
      },
    );
    await step(
      'zoom into the map',
      () => button('Zoom in').tap(),
      () => expect(map).toHaveClass(/canvas-pan/),
    );
    await step('open a neuron of the zoomed map', tapMap, () => expect(card).toBeVisible());
    await step(
      'close its card',
      () => card.getByRole('button', { name: 'Close the card' }).tap(),
      () => expect(card).toBeHidden(),
    );
    await step(
      'show the whole map',
      () => button('All').tap(),
      () => expect(map).not.toHaveClass(/canvas-pan/),
    );
    await step(
      'show differences on the map',
      () => option('Difference').tap(),
      () => expect(map).toHaveAttribute('aria-description', /^Steered minus unsteered/),
    );
    await step(
      'show activation again',
      () => option('Activation').tap(),
      () => expect(map).toHaveAttribute('aria-description', /^Activation/),
    );
    await step(
      'show one token’s layers',
      () => option('One').tap(),
      () => expect(region('Layers')).toContainText('Sum of CETT'),
    );

    await step(
      'pin a token',
      () => tokens('Unsteered').nth(1).tap(),
      async () => {
        await expect(button(/^Unpin/)).toBeVisible();
        await expect(region('All neurons').getByRole('img')).toHaveAttribute(
          'aria-description',
          /of Unsteered/,
        );
      },
    );
    await step(
      'unpin it',
      () => button(/^Unpin/).tap(),
      () => expect(page.getByRole('button', { name: /^Unpin/ })).toBeHidden(),
    );
    await step(
      'ask “what if”',
      () => region('Next token').getByRole('listitem').nth(2).getByRole('button').tap(),
      async () => {
        await expect(page.getByText('Answer starts with')).toBeVisible();
        await answered(page);
      },
    );
    await step(
      'undo it',
      () => button(/^Undo: what if/).tap(),
      async () => {
        await expect(page.getByText('Answer starts with')).toBeHidden();
        await answered(page);
      },
    );
    await step(
      'follow up',
      () => button('Follow up').tap(),
      () => expect(region('Conversation so far')).toBeVisible(),
    );
    await step(
      'take the follow-up back',
      () => button(/^Undo: follow up/).tap(),
      async () => {
        await expect(region('Conversation so far')).toBeHidden();
        await expect(field('Question')).toHaveValue('What is the capital of France?');
      },
    );

    await step(
      'open the neurons of the set',
      () => title('16 neurons').tap(),
      () => expect(page.getByRole('slider', { name: 'Neuron 22:530' })).toBeAttached(),
    );
    await step(
      'open one’s card',
      () => button('Card of neuron 22:530').tap(),
      () => expect(region('Neuron 22:530')).toBeInViewport(),
    );
    await step(
      'close that card',
      () => card.getByRole('button', { name: 'Close the card' }).tap(),
      () => expect(card).toBeHidden(),
    );
    await step(
      'scale the answer only',
      () => option('Answer only').tap(),
      async () => {
        await expect(radio('Answer only')).toBeChecked();
        await answered(page);
      },
    );
    await step(
      'show the answers at nine strengths',
      async () => {
        const show = button('Show them');
        const first = button(/^Scale 0, /);
        await expect(first.or(show)).toBeVisible();
        // They may begin by themselves in the moment of the tap.
        if (await show.isVisible()) await show.tap({ timeout: 5000 }).catch(() => undefined);
      },
      () => expect(button(/^Scale 0, /)).toHaveAccessibleName(/random neurons: /, { timeout: 120_000 }),
    );
    await step(
      'go to one of them',
      () => button(/^Scale 1, /).tap(),
      async () => {
        await expect(slider).toHaveValue('1');
        await answered(page);
      },
    );

    await step(
      'read as columns',
      () => option('Aligned').tap(),
      () => expect(radio('Aligned')).toBeChecked(),
    );
    await step(
      'show the prompt, too',
      () => button('Prompt').tap(),
      () => expect(prompt.first()).toBeVisible(),
    );
    await step(
      'read as text',
      () => option('Text').tap(),
      () => expect(prompt.nth(30)).toBeVisible(),
    );
    await step(
      'colour by entropy',
      () => page.getByRole('combobox', { name: 'Colour' }).selectOption({ label: 'entropy' }),
      () => expect(page.getByText('Tokens coloured by')).toContainText('entropy'),
    );

    for (const words of ['Export', 'Model and device', 'Examples']) {
      const opener = button(words === 'Examples' ? 'Examples…' : words);
      await step(
        `open “${words}”`,
        () => opener.tap(),
        () => expect(dialog(words).getByRole('button').first()).toBeInViewport(),
      );
      await step(`close “${words}”`, tapOutside, () => expect(dialog(words)).toBeHidden());
    }
    await step(
      'choose a model',
      async () => {
        await button('Model and device').tap();
        await button('Choose a model…').tap();
      },
      () => expect(dialog('Choose a model')).toBeInViewport({ ratio: 0.9 }),
    );
    await step(
      'look at what is kept',
      () => page.getByRole('tab', { name: 'Kept here' }).tap(),
      () => expect(page.getByRole('tabpanel')).toContainText('is kept by this browser'),
    );
    await step(
      'keep the model',
      () => dialog('Choose a model').getByRole('button', { name: 'Close' }).tap(),
      () => expect(dialog('Choose a model')).toBeHidden(),
    );
    await step(
      'turn the page dark',
      () => option('Dark').tap(),
      () => expect(page.locator('html')).toHaveAttribute('data-theme', 'dark'),
    );

    const turnTo = (name: (typeof pages)[number]) =>
      step(
        `turn to ${name}`,
        () => pageLink(page, name).tap(),
        async () => {
          await expect(page).toHaveTitle(new RegExp(`${name} · H-Neuron Explorer$`));
          await expect(pageLink(page, name)).toHaveAttribute('aria-current', 'page');
        },
      );
    await turnTo('Identify');
    await step(
      'choose invented names',
      () => option('Invented names').tap(),
      () => expect(page.getByText('Questions about names made up by rule')).toBeVisible(),
    );
    await step(
      'see how questions are asked',
      () => title('Advanced: how they are asked').tap(),
      () => expect(field('Replies to a question')).toHaveValue('10'),
    );
    await turnTo('Impact');
    const pushback = page.getByRole('checkbox', { name: /^Pushback/ });
    await step(
      'add a suite',
      () => option('Pushback').tap(),
      () => expect(pushback).toBeChecked(),
    );
    await turnTo('Origins');
    await step(
      'take the base model from the Hub',
      () => region('Base model').getByText('From the Hub', { exact: true }).tap(),
      () => expect(region('Base model').getByRole('textbox', { name: 'Repository' })).toBeVisible(),
    );
    await turnTo('Explore');
    await step('find all as it was', look, async () => {
      await expect(field('Question')).toHaveValue('What is the capital of France?');
      await expect(slider).toHaveValue('1');
      await expect(answerOf(page, 'Unsteered')).toHaveText('The capital of France is Paris.');
    });
    expect(steps).toBeGreaterThanOrEqual(50);
  });
});

test('nothing is smaller under a finger than under a mouse', async ({ browser, baseURL }) => {
  const [touched, clicked] = await Promise.all(
    [phone, { viewport: phone.viewport }].map(async (options) => {
      const page = await browser.newPage({ baseURL: baseURL!, ...options });
      await holdModel(page);
      await page.goto('./');
      await expect(page.getByText('Recorded', { exact: true })).toBeVisible();
      return page;
    }),
  );
  for (const name of pages) {
    for (const page of [touched!, clicked!]) await pageLink(page, name).click();
    let finger: readonly Target[] = [];
    let mouse: readonly Target[] = [];
    // What the page fetches has come when both show the same.
    await expect(async () => {
      [finger, mouse] = await Promise.all([targets(touched!), targets(clicked!)]);
      await expect(touched!.locator(`#${name.toLowerCase()}`)).toBeVisible({ timeout: 100 });
      expect(finger.length).toBe(mouse.length);
    }).toPass();
    // A button that names its key where there are keys shows less under a finger, and may be narrower.
    const shrunk = finger.filter((target, i) => {
      const other = mouse[i]!;
      if (target.name !== other.name || target.name.endsWith('(Esc)')) return false;
      return target.width < other.width - 0.5 || target.height < other.height - 0.5;
    });
    expect(shrunk, name).toEqual([]);
  }
  await Promise.all([touched!.close(), clicked!.close()]);
});
