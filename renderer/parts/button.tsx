import type { ComponentProps, ReactNode } from 'react';

type Look = 'primary' | 'plain' | 'ghost' | 'danger' | 'danger-fill';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent-fill text-on-fill border-transparent hover:opacity-90',
  plain: 'bg-raised text-text border-line-strong hover:bg-hover',
  ghost: 'bg-transparent text-quiet border-transparent hover:bg-hover hover:text-text',
  danger: 'bg-transparent text-danger border-danger hover:bg-danger-soft',
  'danger-fill': 'bg-danger-fill text-on-fill border-transparent hover:opacity-90',
};

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  small?: boolean;
  icon?: ReactNode;
}

export function Button({
  look = 'plain',
  small = false,
  icon,
  className = '',
  children,
  ...rest
}: ButtonProps) {
  const size = small ? 'h-6 px-2 text-sm gap-1' : 'h-7 px-3 gap-2';
  return (
    <button
      type="button"
      className={`transition-quick inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap disabled:opacity-50 disabled:hover:bg-transparent ${size} ${LOOKS[look]} ${className}`}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

export function IconButton({
  label,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`transition-quick inline-flex size-7 shrink-0 items-center justify-center rounded-md text-quiet hover:bg-hover hover:text-text disabled:opacity-40 disabled:hover:bg-transparent disabled:hover:text-quiet ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
