/** Whether this tab may hold a model while other tabs of the page are open. */
export interface Tabs {
  /** Resolves with whether no other tab holds a model, or the person wants it in this one, too. */
  mayHold(): Promise<boolean>;
  /** The person wants a model in this tab, whatever others hold. */
  goOn(): void;
  /** Calls back once the tab that was in the way is closed or has let its model go. */
  onFree(listener: () => void): void;
  /** This tab holds no model any more. */
  release(): void;
}

/** For places without other tabs. */
export const onlyTab: Tabs = {
  mayHold: async () => true,
  goOn() {},
  onFree() {},
  release() {},
};

const lockName = 'h-neurons.model';

/**
 * One tab holds the lock of the page's models; another one waits for it, which tells when the first is gone.
 * Where the browser has no locks (plain http), every tab may.
 * @param locks the browser's, of all tabs of this origin
 */
export function createTabs(locks: LockManager | undefined): Tabs {
  if (!locks) return onlyTab;
  const listeners = new Set<() => void>();
  let agreed = false;
  let held = false;
  let waits = false;
  let letGo: (() => void) | undefined;

  /** Keeps the lock from when it is granted until it is let go. */
  function hold(): Promise<void> {
    held = true;
    return new Promise((resolve) => {
      letGo = () => {
        held = false;
        letGo = undefined;
        resolve();
      };
    });
  }

  function wait(): void {
    if (waits) return;
    waits = true;
    void locks?.request(lockName, () => {
      waits = false;
      const holding = hold();
      for (const listener of [...listeners]) listener();
      return holding;
    });
  }

  return {
    async mayHold() {
      if (held || agreed) return true;
      const free = await new Promise<boolean>((resolve) => {
        void locks.request(lockName, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock ? hold() : undefined;
        });
      });
      if (!free) wait();
      return free;
    },
    goOn() {
      agreed = true;
    },
    onFree: (listener) => void listeners.add(listener),
    release: () => letGo?.(),
  };
}
