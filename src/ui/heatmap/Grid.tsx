// biome-ignore-all lint/a11y/useSemanticElements: a windowed grid of 50,257 rows is no table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: the pane around has the focus, rows are its active descendants.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the pane around has the keys.
// Rows and cells of a grid that is drawn as a window. The pane around them has role grid, the focus and the keys.
import type { HTMLAttributes, ReactNode } from 'react';

interface CellProps {
  children?: ReactNode;
  className?: string | undefined;
  title?: string | undefined;
  head?: boolean;
}

export function Cell({ children, className, title, head = false }: CellProps) {
  return (
    <span role={head ? 'columnheader' : 'gridcell'} className={className} title={title}>
      {children}
    </span>
  );
}

export function Row({ children, ...rest }: HTMLAttributes<HTMLDivElement>) {
  return (
    <div role="row" {...rest}>
      {children}
    </div>
  );
}
