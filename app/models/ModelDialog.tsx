import {
  Button,
  Dialog,
  Heading,
  Modal,
  ModalOverlay,
  Tab,
  TabList,
  TabPanel,
  Tabs,
} from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from '../explore/state/hooks.ts';
import type { ChooserPart } from '../explore/state/slices/chooser.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { Catalogue } from './Catalogue.tsx';
import { DiskPart } from './DiskPart.tsx';
import { HubPart } from './HubPart.tsx';
import { KeptPart } from './KeptPart.tsx';
import { defaultModelName, defaultModelSize, hubModel } from './state/models.ts';
import { useLoad } from './useLoad.ts';

const parts: readonly { id: ChooserPart; title: string; Content: () => React.ReactNode }[] = [
  { id: 'catalogue', title: 'Catalogue', Content: Catalogue },
  { id: 'hub', title: 'Any repository', Content: HubPart },
  { id: 'disk', title: 'From disk', Content: DiskPart },
  { id: 'kept', title: 'Kept here', Content: KeptPart },
];

/** Where a visitor chooses any model. */
export function ModelDialog() {
  const { chooser } = useSession().stores;
  const { open, part } = useStore(chooser);
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen={open}
      onOpenChange={(next) => chooser.setState({ open: next })}
    >
      <Modal className="models">
        <Dialog className="models-dialog">
          {({ close }) => (
            <>
              <header className="models-head">
                <Heading slot="title">Choose a model</Heading>
                <DefaultModel />
                <Button className="button-plain" onPress={close}>
                  Close
                </Button>
              </header>
              <Tabs
                className="models-parts"
                selectedKey={part}
                onSelectionChange={(key) => chooser.setState({ part: key as ChooserPart })}
              >
                <TabList className="models-tabs" aria-label="Where from">
                  {parts.map(({ id, title }) => (
                    <Tab key={id} id={id} className="models-tab">
                      {title}
                    </Tab>
                  ))}
                </TabList>
                {parts.map(({ id, title, Content }) => (
                  <TabPanel key={id} id={id} className="models-part">
                    <ErrorBoundary what={`the part “${title}”`}>
                      <Content />
                    </ErrorBoundary>
                  </TabPanel>
                ))}
              </Tabs>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The model that the page starts with, a click away. */
function DefaultModel() {
  const load = useLoad();
  const offer = useStore(useSession().stores.model, (state) => state.offer ?? hubModel);
  return (
    <Button className="button" onPress={() => load(offer)}>
      Back to {defaultModelName} ({defaultModelSize})
    </Button>
  );
}
