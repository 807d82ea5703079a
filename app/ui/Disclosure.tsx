import { type ReactNode, useState } from 'react';
import { Disclosure as AriaDisclosure, Button, DisclosurePanel, Heading } from 'react-aria-components';

interface Props {
  readonly title: string;
  readonly className?: string;
  /** Called only while open, so that what is hidden costs nothing. */
  readonly children: () => ReactNode;
}

/** A part that opens under its title. */
export function Disclosure({ title, className, children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <AriaDisclosure className={`disclosure ${className ?? ''}`} isExpanded={open} onExpandedChange={setOpen}>
      <Heading level={3}>
        <Button slot="trigger" className="disclosure-title">
          {title}
        </Button>
      </Heading>
      <DisclosurePanel>{open && children()}</DisclosurePanel>
    </AriaDisclosure>
  );
}
