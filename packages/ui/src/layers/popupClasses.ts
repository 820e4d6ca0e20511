// The look that menus, selects and popovers share: raised, one line round it, the one small shadow, 120 ms of opacity.

export const popupSurface =
  'rounded-card border border-line-2 bg-raised text-fg shadow-layer outline-none transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0';

export const menuRow =
  'flex min-h-(--h-menu) w-full select-none items-center gap-2.5 rounded-field px-2 text-ui text-fg outline-none data-highlighted:bg-hover data-disabled:text-fg-off';
