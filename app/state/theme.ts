import { createStore } from 'zustand/vanilla';
import type { Theme } from '../charts/ramp.ts';

export type ThemeChoice = 'auto' | Theme;

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
}

const storageKey = 'h-neurons.theme';

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

/** The page's theme: the person's choice, or what the system prefers. Writes `data-theme` of the document. */
export function createTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const resolve = (choice: ThemeChoice): Theme =>
    choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
  const first = stored();
  const store = createStore<ThemeState>(() => ({ choice: first, theme: resolve(first) }));

  function apply(choice: ThemeChoice): void {
    const theme = resolve(choice);
    document.documentElement.dataset.theme = theme;
    store.setState({ choice, theme });
  }

  apply(first);
  dark.addEventListener('change', () => apply(store.getState().choice));
  return {
    store,
    choose(choice: ThemeChoice): void {
      try {
        localStorage.setItem(storageKey, choice);
      } catch {
        // A browser that stores nothing still shows the theme.
      }
      apply(choice);
    },
  };
}

export type ThemeControl = ReturnType<typeof createTheme>;
