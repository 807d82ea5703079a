import { createStore } from 'zustand/vanilla';
import { firstSteering } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { type ChooserState, firstChooser } from './slices/chooser.ts';
import { type DoseState, firstDose } from './slices/dose.ts';
import { type FoundState, firstFound } from './slices/found.ts';
import { firstModel, type ModelState } from './slices/model.ts';
import { firstNotice, type NoticeState } from './slices/notice.ts';
import { firstPrompt, type PromptState } from './slices/prompt.ts';
import { firstRun, type RunState } from './slices/run.ts';
import { firstSelection, type SelectionState } from './slices/selection.ts';
import { type ControlState, firstControl } from './slices/steering.ts';
import { firstView, type ViewState } from './slices/view.ts';

/** The page's stores, a slice a concern, at their first values. */
export function createStores() {
  return {
    model: createStore<ModelState>(() => firstModel),
    chooser: createStore<ChooserState>(() => firstChooser),
    prompt: createStore<PromptState>(() => firstPrompt),
    steering: createStore<SteeringState>(() => firstSteering),
    control: createStore<ControlState>(() => firstControl),
    run: createStore<RunState>(() => firstRun),
    dose: createStore<DoseState>(() => firstDose),
    selection: createStore<SelectionState>(() => firstSelection),
    found: createStore<FoundState>(() => firstFound),
    notice: createStore<NoticeState>(() => firstNotice),
    view: createStore<ViewState>(() => firstView),
  };
}

export type Stores = ReturnType<typeof createStores>;
