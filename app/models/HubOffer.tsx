import { useState } from 'react';
import { Button, Label, Radio, RadioGroup } from 'react-aria-components';
import { HUB } from '../../src/lib/bytes/hub.ts';
import type { Fit } from '../../src/model/fit.ts';
import type { HubSource } from '../../src/model/source.ts';
import type { Survey } from '../../src/model/survey.ts';
import { bytesText } from './sizes.ts';
import { hubHost } from './state/hub-host.ts';
import type { HubName } from './state/hub-name.ts';
import { useLoad } from './useLoad.ts';
import { useSurvey } from './useSurvey.ts';

interface Props {
  readonly wanted: HubName;
  readonly title: string;
  readonly about?: string;
}

/** What a repository of the Hub offers, whether it fits, and the button that fetches it. */
export function HubOffer({ wanted, title, about }: Props) {
  const source: HubSource = { kind: 'hub', host: hubHost(), ...wanted };
  const { survey, error, again } = useSurvey(source);
  return (
    <>
      <div className="offer-head">
        <h3>
          <bdi>{title}</bdi>
        </h3>
        <a href={`${source.host ?? HUB}/${wanted.repository}`} target="_blank" rel="noreferrer">
          <bdi>{wanted.repository}</bdi>
        </a>
        {about && <p className="muted">{about}</p>}
      </div>
      {survey ? (
        <Offer key={`${survey.revision}/${survey.suggested}`} survey={survey} source={source} />
      ) : error === undefined ? (
        <p className="muted" role="status">
          Asking {new URL(source.host ?? HUB).host} what it has…
        </p>
      ) : (
        <div className="offer-error">
          <p className="message" role="alert">
            {error}
          </p>
          <Button className="button" onPress={again}>
            Ask again
          </Button>
        </div>
      )}
    </>
  );
}

const fitWords = { yes: 'fits', tight: 'is tight', no: 'does not run here' } as const;

/** Letters of a precision at most; what is longer is the path of a file and gets a line of its own. */
const precisionLength = 5;

function sourceOf(source: HubSource, { revision, choices }: Survey, chosen: number): HubSource {
  const { precision, file } = choices[chosen]!;
  const named =
    precision !== undefined && choices.every((each, i) => i === chosen || each.precision !== precision);
  return { ...source, revision, precision, file: named ? undefined : file };
}

/** Precisions or files to choose from; the one that suits the device is chosen already. */
function Offer({ survey, source }: { readonly survey: Survey; readonly source: HubSource }) {
  const load = useLoad();
  const { choices, fits, suggested } = survey;
  const asked = choices.findIndex(
    ({ precision, file }) =>
      (source.precision !== undefined && precision === source.precision) ||
      (source.file !== undefined && file === source.file),
  );
  const [chosen, setChosen] = useState(asked < 0 ? suggested : asked);
  const choice = choices[chosen];
  const fit = fits[chosen];
  if (!choice || !fit)
    return <p className="message">This repository has no model that this page can load.</p>;
  const named = choices.some(({ id }) => id.length > precisionLength) ? ' offer-files' : '';
  return (
    <div className="offer">
      <RadioGroup
        className={`offer-choices${named}`}
        value={String(chosen)}
        onChange={(next) => setChosen(Number(next))}
      >
        <Label>{survey.format === 'onnx' ? 'Precision' : 'File'}</Label>
        {choices.map(({ id, bytes, kept }, i) => (
          <Radio key={id} value={String(i)} className="offer-choice">
            <span className="offer-id">{id}</span>
            <span className="offer-bytes">{bytesText(bytes)}</span>
            <span className="muted">
              {[
                fitWords[fits[i]!.fits],
                ...(i === suggested ? ['suits this device'] : []),
                ...(kept ? ['kept here'] : []),
              ].join(', ')}
            </span>
          </Radio>
        ))}
      </RadioGroup>
      <Verdict fit={fit} why={chosen === suggested ? survey.why : undefined} />
      <dl className="facts">
        <dt>Licence</dt>
        <dd>{survey.licence}</dd>
        <dt>Revision</dt>
        <dd>
          <code>{survey.revision.slice(0, 10)}</code>
        </dd>
      </dl>
      <Button className="button button-main" onPress={() => load(sourceOf(source, survey, chosen))}>
        {choice.kept ? 'Load' : fit.fits === 'no' ? 'Try it anyway' : 'Fetch and load'} (
        {bytesText(choice.bytes)}
        {choice.kept && ', kept here'})
      </Button>
    </div>
  );
}

function Verdict({ fit, why }: { readonly fit: Fit; readonly why: string | undefined }) {
  return (
    <p className={fit.fits === 'no' ? 'message' : undefined} role="status">
      {fit.sentence} {why}
    </p>
  );
}
