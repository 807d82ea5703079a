import { type Unzipped, zipSync } from 'fflate';
import { unzipWithin } from '../../lib/bytes/unpack-limit.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import { refuse } from './found.ts';
import { type NpyArray, readNpy, writeNpy } from './npy.ts';

/** The earliest date of a zip archive: the same set gives the same file. */
const zipDate = new Date(1980, 0, 1);

const coefficientNames = ['coef', 'coef_', 'coefs', 'coefficients', 'weights', 'clf_coef', 'w'];
const interceptNames = ['intercept', 'intercept_', 'clf_intercept', 'bias', 'b'];

/** A classifier's arrays in an .npz file. */
export interface NpzClassifier {
  readonly coefficients: NpyArray;
  /** Its one entry. */
  readonly intercept: number | undefined;
}

function interceptOf(entries: Unzipped, fileName: string): number | undefined {
  const name = interceptNames.find((key) => entries[`${key}.npy`] !== undefined);
  if (name === undefined) return undefined;
  const { values } = readNpy(entries[`${name}.npy`], `${name} in ${fileName}`);
  if (values.length !== 1 || !Number.isFinite(values[0]))
    refuse(
      fileName,
      `has an array "${name}" of ${values.length} ${values.length === 1 ? 'entry that is not finite' : 'entries'}; an intercept is one finite number.`,
    );
  return values[0];
}

/**
 * Reads the coefficients, and the intercept where there is one, of an .npz file (a zip archive of .npy files, stored or
 * deflated). The coefficients are the array with a usual name ("coef", "coef_", ...), or the only one.
 * @throws EngineError 'bad-input'
 */
export function readNpz(bytes: Uint8Array, fileName: string): NpzClassifier {
  const entries = unzipWithin(bytes, fileName, 0.5, (name) => name.endsWith('.npy'));
  const names = Object.keys(entries).map((name) => name.replace(/\.npy$/, ''));
  if (names.length === 0)
    refuse(
      fileName,
      'is a zip archive without NumPy arrays; save coefficients with numpy.savez(FILE, coef=coef).',
    );
  const others = names.filter((name) => !interceptNames.includes(name));
  const name = coefficientNames.find((known) => others.includes(known)) ?? others[0];
  if (name === undefined || (others.length > 1 && !coefficientNames.includes(name)))
    refuse(
      fileName,
      `has the arrays ${listedNames(names, 3)}, none of which is named "coef"; save the coefficients with numpy.savez(FILE, coef=coef).`,
    );
  return {
    coefficients: readNpy(entries[`${name}.npy`], `${shownName(name)} in ${fileName}`),
    intercept: interceptOf(entries, fileName),
  };
}

/** An .npz file with the arrays "coef" and, where there is one, "intercept" [1], as scikit-learn shapes them. */
export function writeNpz({ coefficients, intercept }: NpzClassifier): Uint8Array {
  return zipSync(
    {
      'coef.npy': writeNpy(coefficients),
      ...(intercept !== undefined && {
        'intercept.npy': writeNpy({ shape: [1], values: Float64Array.of(intercept) }),
      }),
    },
    { level: 6, mtime: zipDate },
  );
}
