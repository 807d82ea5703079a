import { expect, type Locator, type Page } from '@playwright/test';
import { chooser } from './models-page.ts';

/** Something that a page can show. It is opened on top of what was opened before. */
export interface PageState {
  readonly name: string;
  /** Selector of the part that it changes; the whole page where none is given. */
  readonly part?: string;
  open(page: Page): Promise<unknown>;
}

export interface DialogOfPage {
  /** File of its component, below app/. */
  readonly file: string;
  /** Its accessible name, and its role where that is another than dialog. */
  readonly name: string | RegExp;
  readonly role?: 'dialog' | 'alertdialog';
  readonly trigger: (page: Page) => Locator;
  /** Opens what its trigger stands in. */
  readonly before?: (page: Page) => Promise<void>;
  /** What has the focus once it is closed; its trigger, where none is named. */
  readonly returnsTo?: (page: Page) => Locator;
  /** Resolves once all that it shows is there. */
  readonly filled?: (dialog: Locator) => Promise<void>;
  /** How many stops of the Tab key it has at least; 2, where none is given. */
  readonly stops?: number;
  /** What else can be shown in it. */
  readonly states?: readonly PageState[];
}

/** Presses a button by the keyboard. */
async function press(button: Locator): Promise<void> {
  await button.focus();
  await button.press('Enter');
}

const button = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true });
const menu = button('Model and device');
const inDialog = (name: string) => (page: Page) => page.getByRole('dialog').getByRole('button', { name });

const part = (name: string) => (page: Page) => press(chooser(page).getByRole('tab', { name }));

/** Every dialog of the page that needs no kept model. A page must have been opened with its recorded run and no network. */
export const dialogs: readonly DialogOfPage[] = [
  {
    file: 'explore/Gallery.tsx',
    name: 'Examples',
    trigger: button('Examples…'),
    filled: (dialog) => expect(dialog.getByRole('heading').first()).toBeVisible(),
  },
  {
    file: 'explore/AddNeurons.tsx',
    name: 'Add neurons',
    trigger: button('Add neurons…'),
    filled: (dialog) => expect(dialog.getByRole('region', { name: 'Sets beside this page' })).toBeVisible(),
    states: [
      {
        name: 'neurons that the model does not have',
        async open(page) {
          const field = page.getByRole('textbox', { name: 'Neurons by name' });
          await field.fill('99:1');
          await field.press('Enter');
          await expect(page.getByRole('dialog').getByRole('alert')).not.toBeEmpty();
        },
      },
    ],
  },
  {
    file: 'shell/Shortcuts.tsx',
    name: 'Keyboard shortcuts',
    trigger: button('Keyboard shortcuts'),
    stops: 1,
  },
  {
    file: 'models/ModelMenu.tsx',
    name: 'Model and device',
    trigger: menu,
  },
  {
    file: 'export/Export.tsx',
    name: 'Export',
    trigger: button('Export'),
    states: [
      {
        name: 'a link to copy',
        async open(page) {
          await press(inDialog('Copy link')(page));
          await expect(page.getByText(/^Copied|^Copy it by hand/)).toBeVisible();
        },
      },
    ],
  },
  {
    file: 'models/ModelDialog.tsx',
    name: 'Choose a model',
    trigger: inDialog('Choose a model…'),
    before: (page) => press(menu(page)),
    returnsTo: menu,
    states: [
      {
        name: 'a model of the catalogue, and a Hub that cannot be reached',
        async open(page) {
          await press(chooser(page).getByRole('row', { name: /Qwen3 0.6B/ }));
          await expect(chooser(page).getByRole('alert').first()).not.toBeEmpty();
        },
      },
      {
        name: 'a filter that nothing fits',
        async open(page) {
          await chooser(page).getByRole('searchbox', { name: 'Find' }).fill('nothing of the kind');
          await expect(chooser(page).getByRole('status').first()).toContainText('0 of');
        },
      },
      { name: 'any repository', open: part('Any repository') },
      {
        name: 'a mirror that is no address, and a repository that is no name',
        async open(page) {
          await chooser(page).getByRole('textbox', { name: 'Mirror' }).fill('http://mirror.example');
          await press(chooser(page).getByRole('button', { name: 'Use this host' }));
          await expect(chooser(page).getByText('Write the mirror’s address with https')).toBeVisible();
          await chooser(page).getByRole('textbox', { name: 'Repository' }).fill('not a name');
          await press(chooser(page).getByRole('button', { name: 'Look it up' }));
          await expect(chooser(page).getByText('Write a repository as owner/name')).toBeVisible();
        },
      },
      { name: 'from disk', open: part('From disk') },
      { name: 'kept here', open: part('Kept here') },
    ],
  },
];

/** Asks before a kept model is deleted; stands in the dialog in which a model is chosen. */
export const deleteDialog: DialogOfPage = {
  file: 'models/KeptPart.tsx',
  name: /^Delete /,
  role: 'alertdialog',
  trigger: (page) => page.getByRole('list', { name: 'Kept models' }).getByRole('button').first(),
};

/** Opens a dialog by keyboard alone. */
export async function openDialog(
  page: Page,
  { name, role = 'dialog', filled, ...entry }: DialogOfPage,
): Promise<Locator> {
  await entry.before?.(page);
  await press(entry.trigger(page));
  const dialog = page.getByRole(role, { name, exact: true });
  await expect(dialog).toBeVisible();
  await filled?.(dialog);
  return dialog;
}

/** Closes a dialog by keyboard; the focus goes back to where the person was. */
export async function closeDialog(page: Page, dialog: Locator, entry: DialogOfPage): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect((entry.returnsTo ?? entry.trigger)(page)).toBeFocused();
}

/** A dialog takes the focus, and the Tab key goes round in it, both ways. */
export async function expectFocusInside(
  page: Page,
  dialog: Locator,
  { stops = 2 }: DialogOfPage,
): Promise<void> {
  const holdsFocus = () => dialog.evaluate((element) => element.contains(document.activeElement));
  await expect.poll(holdsFocus).toBe(true);
  const place = () =>
    dialog.evaluate((element) => [...element.querySelectorAll('*')].indexOf(document.activeElement!));
  for (const key of ['Tab', 'Shift+Tab']) {
    const first = await place();
    const seen = new Set<number>();
    for (let presses = 0; presses < 100; presses++) {
      await page.keyboard.press(key);
      expect(await holdsFocus(), `${key} leaves the dialog`).toBe(true);
      const now = await place();
      if (seen.has(now)) break;
      seen.add(now);
    }
    expect(seen.size, `stops of ${key}, from ${first}`).toBeGreaterThanOrEqual(stops);
  }
}
