'use client';
import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

/** A short text on hover and focus. The child must take a ref and DOM props. */
export function Tooltip({ text, children, side = 'top' }: { text: ReactNode; children: ReactElement; side?: Side }) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} side={side} className="z-50">
          <Base.Popup className="layer max-w-72 rounded-sm bg-ink px-2 py-1 text-page text-small shadow-float">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type Side = 'top' | 'bottom' | 'left' | 'right';

/** Once, around the app: moving from one tooltip to the next shows it at once. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return <Base.Provider delay={350}>{children}</Base.Provider>;
}
