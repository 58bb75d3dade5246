'use client';
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Popover as BasePopover } from '@base-ui/react/popover';
import clsx from 'clsx';
import { type ReactElement, type ReactNode, useState } from 'react';

export interface MenuEntry {
  id: string;
  label: ReactNode;
  icon?: ReactNode;
  aside?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect?: () => void;
  /** a link instead of an action: `<Link href="/x" />` */
  render?: ReactElement;
}

/** A button that opens a list of actions. `groups` are divided by hairlines. */
export function Menu({
  trigger,
  groups,
  heading,
  align = 'start',
}: {
  trigger: ReactElement;
  groups: readonly (readonly MenuEntry[])[];
  heading?: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <BaseMenu.Popup className="layer max-h-(--available-height) min-w-48 max-w-80 overflow-y-auto rounded bg-surface p-1 shadow-float outline-none">
            {heading ? <div className="border-line border-b px-2 pt-1 pb-2 text-small">{heading}</div> : null}
            {groups
              .filter((group) => group.length > 0)
              .map((group, index) => (
                <div key={group[0]!.id} className={clsx('py-0.5', index > 0 && 'mt-0.5 border-line border-t')}>
                  {group.map((entry) => (
                    <BaseMenu.Item
                      key={entry.id}
                      disabled={entry.disabled === true}
                      {...(entry.onSelect ? { onClick: entry.onSelect } : {})}
                      {...(entry.render ? { render: entry.render, nativeButton: false } : {})}
                      className={clsx(
                        'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-body no-underline outline-none data-disabled:cursor-not-allowed data-highlighted:bg-hover data-disabled:opacity-50',
                        entry.danger ? 'text-danger' : 'text-ink',
                      )}
                    >
                      {entry.icon}
                      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                      {entry.aside}
                    </BaseMenu.Item>
                  ))}
                </div>
              ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** A small layer with controls in it, anchored to its trigger. */
export function Popover({
  trigger,
  title,
  children,
  align = 'start',
  wide,
}: {
  trigger: ReactElement;
  title?: string;
  children: ReactNode | ((close: () => void) => ReactNode);
  align?: 'start' | 'center' | 'end';
  wide?: boolean;
}) {
  const [open, setOpen] = useState(false);
  return (
    <BasePopover.Root open={open} onOpenChange={(next) => setOpen(next)}>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner sideOffset={6} align={align} className="z-40 outline-none" collisionPadding={12}>
          <BasePopover.Popup
            className={clsx(
              'layer max-h-(--available-height) max-w-(--available-width) overflow-y-auto rounded bg-surface p-4 shadow-float outline-none',
              wide ? 'w-[26rem]' : 'w-72',
            )}
          >
            {title ? <BasePopover.Title className="mb-2 font-semibold text-body">{title}</BasePopover.Title> : null}
            {typeof children === 'function' ? children(() => setOpen(false)) : children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
