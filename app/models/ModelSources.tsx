import { Button } from 'react-aria-components';
import { useSession } from '../explore/state/hooks.ts';
import type { ModelState } from '../explore/state/slices/model.ts';
import { Loading } from './Loading.tsx';
import { defaultModelName, defaultModelSize, hubModel, isDefaultModel } from './state/models.ts';
import { useLoad } from './useLoad.ts';

/** How far the model is, what became of it, or where to get one; nothing once it is ready and all is well. */
export function ModelSources({ state }: { readonly state: ModelState }) {
  const { status, error, linked } = state;
  if (status === 'loading' || status === 'checking') return <Loading state={state} />;
  if (linked) return <Linked state={state} linked={linked} />;
  if (status === 'shared') return <Shared />;
  if (status === 'ready' && error === undefined) return null;
  return <Sources state={state} />;
}

function ChooseButton() {
  const { chooser } = useSession().stores;
  return (
    <Button className="button" onPress={() => chooser.setState({ open: true })}>
      Choose a model…
    </Button>
  );
}

/** The way back to the model that the page starts with. */
function DefaultButton({ state, main }: { readonly state: ModelState; readonly main: boolean }) {
  const load = useLoad();
  const offer = state.offer ?? hubModel;
  const first = state.status === 'asking' || state.status === 'missing';
  const name = first
    ? offer === hubModel
      ? 'Fetch from the Hub'
      : 'Load the model'
    : `Load ${defaultModelName}`;
  return (
    <Button className={main ? 'button button-main' : 'button'} onPress={() => load(offer)}>
      {name} ({defaultModelSize})
    </Button>
  );
}

/** A link's model: never fetched unasked. */
function Linked({
  state,
  linked,
}: {
  readonly state: ModelState;
  readonly linked: NonNullable<ModelState['linked']>;
}) {
  const load = useLoad();
  const { stores } = useSession();
  const { name, source } = linked;
  const { repository, revision, precision, file } = source;
  const which = [file ?? precision, revision && `revision ${revision.slice(0, 10)}`]
    .filter(Boolean)
    .join(', ');
  return (
    <>
      <p>
        This link was made with <bdi>{name}</bdi>, from <bdi>{repository}</bdi> on the Hugging Face Hub
        {which && ` (${which})`}. Its neurons are those of that model.
      </p>
      <div className="load-actions">
        <Button className="button button-main" onPress={() => load(source)}>
          Load <bdi>{name}</bdi>
        </Button>
        <Button
          className="button"
          onPress={() => {
            const { repository, revision, precision, file } = source;
            stores.chooser.setState({
              open: true,
              part: 'hub',
              wanted: { repository, revision, precision, file },
            });
          }}
        >
          Look at it first…
        </Button>
        {state.status === 'ready' || state.status === 'recorded' ? (
          <Button className="button" onPress={() => stores.model.setState({ linked: undefined })}>
            Stay with <bdi>{state.last?.model.name}</bdi>
          </Button>
        ) : (
          <DefaultButton state={state} main={false} />
        )}
      </div>
    </>
  );
}

function Shared() {
  const session = useSession();
  return (
    <>
      <p role="alert">
        Another tab of this page holds a model. Two take twice the memory and slow each other down. Close the
        other tab, and the model loads here; or load it in both.
      </p>
      <div className="load-actions">
        <Button className="button button-main" onPress={session.loadBeside}>
          Load it here, too
        </Button>
        <ChooseButton />
      </div>
    </>
  );
}

function question({ status, error, model, last }: ModelState): string {
  if (status === 'failed' || status === 'lost' || error !== undefined) return error ?? '';
  if (status === 'recorded')
    return `To answer again, load a model: this run is one of ${model?.name}, and the page has ${last?.model.name}.`;
  return status === 'asking'
    ? `To answer questions of your own, this page needs its language model, ${defaultModelName}: ${defaultModelSize}, fetched once and kept by this browser. It runs on your machine; nothing you type leaves it.`
    : `The model is not beside this page. ${defaultModelName} can be fetched from the Hugging Face Hub (${defaultModelSize}, kept by this browser), or choose another model: from the Hub, or a file or folder from your disk.`;
}

function Sources({ state }: { readonly state: ModelState }) {
  const load = useLoad();
  const session = useSession();
  const { model: store } = session.stores;
  const { status, source, last, error } = state;
  const wrong = error !== undefined;
  const alive = status === 'ready' || status === 'recorded';
  const again = status === 'lost' ? last?.source : wrong ? source : last?.source;
  const before = last && wrong && !alive && status !== 'lost' && last.source !== source ? last : undefined;
  const onGpu = status === 'lost' && last?.model.device.kind === 'webgpu';
  return (
    <>
      <p role={wrong ? 'alert' : undefined}>{question(state)}</p>
      {wrong && alive && (
        <p className="muted">
          <bdi>{last?.model.name}</bdi> is still loaded and answers.
        </p>
      )}
      <div className="load-actions">
        {again && (
          <Button className="button button-main" onPress={() => load(again)}>
            {wrong && status !== 'lost' ? 'Try again' : 'Load it again'}
          </Button>
        )}
        {onGpu && (
          <Button className="button" onPress={() => session.chooseDevice('wasm')}>
            Load it on WebAssembly
          </Button>
        )}
        {before && (
          <Button className="button" onPress={() => load(before.source)}>
            Load <bdi>{before.model.name}</bdi> again
          </Button>
        )}
        {!alive && !(again && isDefaultModel(again)) && !(before && isDefaultModel(before.source)) && (
          <DefaultButton state={state} main={!again} />
        )}
        <ChooseButton />
        {wrong && alive ? (
          <Button className="button-plain" onPress={() => store.setState({ error: undefined })}>
            Close
          </Button>
        ) : (
          <span className="muted">or drop a file or folder</span>
        )}
      </div>
    </>
  );
}
