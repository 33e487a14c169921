// Buttons: one with words, one with an icon alone. Both are native buttons; an icon button's name is its label.
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './Button.module.css';
import { cx } from './cx.ts';
import { Icon, type IconName } from './Icon.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'>;

interface ButtonProps extends Native {
  variant?: 'plain' | 'primary' | 'quiet' | 'danger';
  icon?: IconName;
  /** Shown in small keys after the words; on touch screens it is hidden. */
  shortcut?: string;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function Button({ variant = 'plain', icon, shortcut, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={cx(styles.button, styles[variant], className)} {...rest}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {shortcut && (
        <span className={styles.keys} aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  /** The accessible name, and the title. */
  label: string;
}

export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button type="button" className={cx(styles.icon, className)} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
