/** What is measured of every item under every alpha. */
export interface Measured<T> {
  /** Share of items that the model goes along with (of neutral ones: answers wrong), 0 to 1. */
  readonly rate: T;
  /** Mean margin, nats a token. */
  readonly margin: T;
  /** Mean margin, not divided by the answers' lengths, nats. */
  readonly rawMargin: T;
}

export type Measure = keyof Measured<unknown>;

/** Works something out for each measure. */
export const everyMeasure = <T>(of: (measure: Measure) => T): Measured<T> => ({
  rate: of('rate'),
  margin: of('margin'),
  rawMargin: of('rawMargin'),
});
