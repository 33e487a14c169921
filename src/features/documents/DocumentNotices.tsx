// Above the text: what there is to say of the keeping of documents, and what can be done about it.
import { sourceName } from '../../lib/model-source.ts';
import { useDocument, useDocuments, useStores } from '../../stores/react.ts';
import { type DocumentNotice, MOST_TEXT } from '../../stores/saved/documents.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';

function words(notice: DocumentNotice): string {
  switch (notice.kind) {
    case 'deleted':
      return `${notice.title === '' ? 'The document' : `“${notice.title}”`} is deleted.`;
    case 'copied':
      return notice.why === 'changed'
        ? `This document was changed in another tab at the same time. What you wrote here is kept as “${notice.title}”; the other text stands in Documents.`
        : 'This document was deleted in another tab. It is kept, since you wrote in it here.';
    case 'unreadable':
      return 'That document cannot be read: it is damaged, or a newer Nucleus wrote it. It stays as it is.';
    case 'unkept':
      return 'You are still in this document: what is new in it could not be kept, and would be lost by going on.';
    case 'full':
      return 'The browser did not do that: its storage is full, closed or damaged. Nothing has changed.';
    case 'refused':
      return notice.words;
    case 'model':
      return `This document was written with ${sourceName(notice.source)}, which is not stored here. Until you change its text it is kept as it was.`;
    default:
      return notice satisfies never;
  }
}

export function DocumentNotices() {
  const { documents, model, view } = useStores();
  const notice = useDocuments(s => s.notice);
  const failed = useDocuments(s => s.failed);
  const long = useDocument(s => s.text.length > MOST_TEXT);
  const dismiss = () => documents.getState().acts?.dismiss();
  const act = () => {
    if (notice?.kind === 'deleted' || (notice?.kind === 'full' && notice.removed))
      return <Button onClick={() => void documents.getState().acts?.putBack()}>Bring it back</Button>;
    if (notice?.kind === 'unkept')
      return <Button onClick={() => documents.getState().acts?.loseIt()}>Lose it and go on</Button>;
    if (notice?.kind !== 'model') return null;
    const { source } = notice;
    const show = (): void => {
      view.getState().open('models');
      // Its size is said before anything is fetched.
      if (source.kind === 'hub') void model.getState().inspect(source);
    };
    return <Button onClick={show}>Look at the model</Button>;
  };
  return (
    <>
      {failed && (
        <Notice tone="bad">
          {long
            ? `This document is not kept: its text is longer than ${MOST_TEXT.toLocaleString('en')} characters. Take what you need along with Share, or move a part of it to another document.`
            : 'The browser does not keep this document: its storage is full, closed or damaged. Take what you need along with Share. It is tried again every few seconds.'}
        </Notice>
      )}
      {notice !== null && (
        <div role="status">
          <Notice tone={notice.kind === 'deleted' ? 'hint' : 'warn'} action={act()} onDismiss={dismiss}>
            {words(notice)}
          </Notice>
        </div>
      )}
    </>
  );
}
