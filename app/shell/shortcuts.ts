import type { PageName } from './page.ts';

/** A key by its name in KeyboardEvent.key, letters in lower case, and what is held with it. */
export interface KeyPress {
  readonly key: string;
  /** Ctrl, or ⌘ on Apple's systems. */
  readonly ctrl?: true;
  /** Does not count for signs such as ?, which some keyboards have on Shift and others do not. */
  readonly shift?: true;
}

/** Where keys hold, in the order in which people read of them. */
export const places = [
  { name: 'everywhere', title: 'On every page' },
  { name: 'explore', title: 'On the page Explore' },
  { name: 'question', title: 'In the question' },
  { name: 'group name', title: 'In the name of a group' },
  { name: 'tokens', title: 'On a token of an answer' },
  { name: 'map', title: 'On the neuron map' },
  { name: 'selecting', title: 'On the neuron map, while Select is on' },
  { name: 'tools', title: 'On a row of buttons' },
  { name: 'dialog', title: 'In a dialog or a menu' },
] as const;

export type Place = (typeof places)[number]['name'];

/** What shortcuts of the window call. Each tells whether it did something; else the browser does what it does with the key. */
export interface ShortcutActions {
  showShortcuts(): boolean;
  undo(): boolean;
  redo(): boolean;
  closeUppermost(): boolean;
}

export interface Shortcut {
  /** Any of these. */
  readonly keys: readonly KeyPress[];
  readonly place: Place;
  /** What it does, as a person reads it. */
  readonly words: string;
  /** What the window calls; where nothing is named, the element that has the focus handles its keys itself. */
  readonly calls?: keyof ShortcutActions;
  /** Whether it holds while a text is being typed, too. */
  readonly whileTyping?: true;
}

const arrows: readonly KeyPress[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => ({
  key,
}));

/** Every key of the page beyond those that browsers give to links, fields and sliders. */
export const shortcuts: readonly Shortcut[] = [
  {
    keys: [{ key: '?' }],
    place: 'everywhere',
    words: 'Show this list',
    calls: 'showShortcuts',
  },
  {
    keys: [{ key: 'z', ctrl: true }],
    place: 'explore',
    words: 'Undo the last change',
    calls: 'undo',
  },
  {
    keys: [
      { key: 'z', ctrl: true, shift: true },
      { key: 'y', ctrl: true },
    ],
    place: 'explore',
    words: 'Redo the change that you have undone',
    calls: 'redo',
  },
  {
    keys: [{ key: 'Escape' }],
    place: 'explore',
    words: 'Close the neuron’s card, else clear the selection on the map, else unpin the token',
    calls: 'closeUppermost',
    whileTyping: true,
  },
  { keys: [{ key: 'Enter' }], place: 'question', words: 'Run the model' },
  { keys: [{ key: 'Enter', shift: true }], place: 'question', words: 'Start a new line' },
  { keys: [{ key: 'Enter' }], place: 'group name', words: 'Keep the new name' },
  { keys: [{ key: 'Escape' }], place: 'group name', words: 'Go back to the old name' },
  { keys: arrows, place: 'tokens', words: 'Go to the next token or to another answer' },
  {
    keys: [{ key: 'Home' }, { key: 'End' }],
    place: 'tokens',
    words: 'Go to the first or the last token',
  },
  { keys: [{ key: 'Enter' }, { key: ' ' }], place: 'tokens', words: 'Pin the token, or unpin it' },
  {
    keys: [{ key: '+' }, { key: '-' }],
    place: 'map',
    words: 'Zoom in or out',
  },
  { keys: [{ key: '0' }], place: 'map', words: 'Show all neurons' },
  { keys: arrows, place: 'map', words: 'Move what is shown' },
  {
    keys: arrows.map((press) => ({ ...press, shift: true })),
    place: 'map',
    words: 'Point at another neuron',
  },
  { keys: [{ key: 'Enter' }], place: 'map', words: 'Open the card of the neuron that you point at' },
  { keys: arrows, place: 'selecting', words: 'Point at another neuron' },
  { keys: [{ key: ' ' }], place: 'selecting', words: 'Begin a selection at that neuron, or end it there' },
  { keys: arrows, place: 'tools', words: 'Go to the next button' },
  { keys: [{ key: 'Escape' }], place: 'dialog', words: 'Close it' },
];

/** What decides of a key press, as KeyboardEvent has it. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Whether a sign is meant, on whatever key it is, and not a letter or a key with a name. */
const isSign = (key: string) => key.length === 1 && !/[a-z ]/.test(key);

function isPressed({ key, ctrl, shift }: KeyPress, event: PressedKey): boolean {
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (
    pressed === key &&
    !event.altKey &&
    (event.ctrlKey || event.metaKey) === (ctrl ?? false) &&
    (isSign(key) || event.shiftKey === (shift ?? false))
  );
}

/**
 * The shortcut of the window that a key press on a page means.
 * @param typing whether the press belongs to a text that is being typed
 */
export function shortcutOf(event: PressedKey, page: PageName, typing: boolean): Shortcut | undefined {
  return shortcuts.find(
    ({ keys, place, calls, whileTyping }) =>
      calls !== undefined &&
      (place === 'everywhere' || place === page) &&
      (!typing || whileTyping) &&
      keys.some((key) => isPressed(key, event)),
  );
}

const keyNames: Readonly<Record<string, string>> = {
  ' ': 'Space',
  '-': '−',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
};

/** What stands on the keys that are pressed together. */
export function keyLabels({ key, ctrl, shift }: KeyPress, apple: boolean): readonly string[] {
  const name = keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [...(ctrl ? [apple ? '⌘' : 'Ctrl'] : []), ...(shift ? ['Shift'] : []), name];
}
