import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from './state/hooks.ts';
import type { Turn } from './state/slices/prompt.ts';

const speakers = { user: 'You', assistant: 'Model' } as const;

/** What was said before the question. */
export function Conversation() {
  const session = useSession();
  const turns = useStore(session.stores.prompt, (state) => state.turns);
  if (turns.length === 0) return null;
  return (
    <section className="turns" aria-label="Conversation so far">
      <Turns turns={turns} />
      <Button className="button-plain" onPress={session.resetTurns}>
        New conversation
      </Button>
    </section>
  );
}

export function Turns({ turns }: { readonly turns: readonly Turn[] }) {
  const placed = turns.map((turn, place) => ({ ...turn, place }));
  return (
    <ol>
      {placed.map(({ role, content, place }) => (
        <li key={place} data-role={role}>
          <span className="muted">{speakers[role]}</span> <bdi>{content}</bdi>
        </li>
      ))}
    </ol>
  );
}
