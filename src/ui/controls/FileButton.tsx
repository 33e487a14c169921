// A button that lets a person choose files.
import { useRef } from 'react';
import { Button } from './Button.tsx';

interface FileButtonProps {
  children: string;
  /** Accessible name of the input behind it: what is in the files. */
  label: string;
  multiple?: boolean;
  /** The same files can be chosen again. */
  onFiles: (files: readonly File[]) => void;
}

/** For files of JSON. */
export function FileButton({ children, label, multiple = false, onFiles }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="file" onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        multiple={multiple}
        accept=".json,application/json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={label}
        onChange={event => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          onFiles(files);
        }}
      />
    </>
  );
}
