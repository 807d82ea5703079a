import { useEffect, useState } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import { describeEffect, type Example, type GalleryFile, loadGallery, steeringOf } from './state/gallery.ts';
import { useSession } from './state/hooks.ts';
import { firstPrompt } from './state/slices/prompt.ts';

/** Prompts to begin with, in kinds, each with what was seen on the default model. */
export function Gallery() {
  return (
    <DialogTrigger>
      <Button className="button">Examples…</Button>
      <Popover className="popover gallery" placement="bottom start">
        <Dialog className="dialog" aria-label="Examples">
          {({ close }) => <Examples close={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Examples({ close }: { readonly close: () => void }) {
  const session = useSession();
  const [gallery, setGallery] = useState<GalleryFile | 'failed'>();
  useEffect(() => {
    let open = true;
    loadGallery().then(
      (found) => open && setGallery(found),
      () => open && setGallery('failed'),
    );
    return () => {
      open = false;
    };
  }, []);

  function choose(example: Example, { measured }: GalleryFile) {
    const { system = '', turns = [], question } = example;
    const { steering, notice } = session.stores;
    const wanted = steeringOf(example, measured, steering.getState());
    session.asOneStep('example', () => {
      if (wanted) session.restoreSteering(wanted, 'example');
      session.ask({ mode: 'chat', system, turns, question, sampling: firstPrompt.sampling });
    });
    if (!wanted)
      notice.setState({
        text: `What is said of the example was seen with “${measured?.set}”, which is not among your groups: your sliders stay as they are.`,
      });
    close();
  }

  if (gallery === 'failed')
    return <p role="alert">The examples could not be fetched; check the connection and open them again.</p>;
  if (!gallery) return <p className="muted">Reading the examples</p>;
  return (
    <>
      {gallery.measured && (
        <p className="muted">
          What is said of each was seen on {gallery.measured.model} with the {gallery.measured.neurons.length}{' '}
          neurons of “{gallery.measured.set}” at ×{' '}
          {gallery.measured.factors.filter((factor) => factor !== 1).join(', × ')}, scaled while reading the
          question and answering, taking the likeliest token each time. An example sets all of that: these
          neurons at its scale, all others at 1.
        </p>
      )}
      {gallery.kinds.map(({ id, title, about }) => (
        <section key={id} className="gallery-kind">
          <Heading level={3}>{title}</Heading>
          <p className="muted">{about}</p>
          <ul>
            {gallery.examples
              .filter(({ kind }) => kind === id)
              .map((example) => (
                <li key={example.id}>
                  <Button className="gallery-example" onPress={() => choose(example, gallery)}>
                    <bdi>{example.question}</bdi>
                    <span className="gallery-note">
                      {example.turns !== undefined && `After ${counted(example.turns.length, 'turn')}. `}
                      {example.system !== undefined && 'With a system text. '}
                      <b>Sets × {example.scale}.</b> {example.note}
                    </span>
                    <small>{example.effect && describeEffect(example.effect)}</small>
                  </Button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}
