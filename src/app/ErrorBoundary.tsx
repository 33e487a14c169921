// When the page itself fails: the text stays readable and can be copied, and the page can be made anew around it.
import { Component, type ReactNode } from 'react';
import { Button } from '../ui/controls/Button.tsx';
import styles from './ErrorBoundary.module.css';

interface Props {
  /** The text of the document, whatever has happened. */
  text: () => string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(thrown: unknown): { error: Error } {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className={styles.fallen} role="alert">
        <h1>The page has stopped working</h1>
        <p>
          Your text is below and is kept. Bring the page back to go on with it; if it stops again, reload it. (
          {error.message})
        </p>
        <textarea aria-label="Text" translate="no" readOnly value={this.props.text()} rows={12} />
        <div className={styles.ways}>
          <Button variant="primary" onClick={() => this.setState({ error: null })}>
            Bring the page back
          </Button>
          <Button onClick={() => location.reload()}>Reload the page</Button>
        </div>
      </main>
    );
  }
}
