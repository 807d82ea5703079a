import { useStore } from 'zustand';
import { Choice } from './controls/Choice.tsx';
import { ModelMenu } from './ModelMenu.tsx';
import { useThemeControl } from './state/hooks.ts';
import type { ThemeChoice } from './state/theme.ts';

const themes: readonly { value: ThemeChoice; label: string }[] = [
  { value: 'auto', label: 'Auto' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** Title, pages, model and theme. */
export function TopBar() {
  const theme = useThemeControl();
  const choice = useStore(theme.store, (state) => state.choice);
  return (
    <header className="bar">
      <h1>H-Neuron Explorer</h1>
      <nav aria-label="Pages">
        <a href="#explore" aria-current="page">
          Explore
        </a>
      </nav>
      <ModelMenu />
      <Choice label="Theme" quiet value={choice} options={themes} onChange={theme.choose} />
    </header>
  );
}
