"""The text index: which records hold these words. A cache that can be thrown away; it is stamped with the commit that it reflects.

Flows in: the current versions of a commit with the words to find them by. Flows out: record names with a score and title, best first.
"""

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import tantivy

from theriac.errors import StorageFull, StoreError
from theriac.store.index import VersionRow

_WRITER_MEMORY = 64 * 1024 * 1024
_MARK = "stamp"
_WAIT_STEP = 0.2
_PATIENCE = 600


class LeftoverInTheWay(StoreError):
    """A killed process left a file where the next commit must write; the index has to be made anew."""


class Hit(msgspec.Struct, frozen=True):
    """One record found."""

    record: str
    kind: str
    title: str
    score: float


class SearchIndex:
    """An open text index. `add` gathers, `commit` makes what was gathered findable and stamps it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self.index = tantivy.Index(_schema(), path=str(folder))
        except ValueError:
            # Made by other code: it is only a cache.
            shutil.rmtree(folder)
            folder.mkdir(parents=True)
            self.index = tantivy.Index(_schema(), path=str(folder))
        self._writer: tantivy.IndexWriter | None = None

    def start_over(self) -> None:
        """Empties the index in place: it is only a cache."""
        self._writer = None
        shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        self.index = tantivy.Index(_schema(), path=str(self.folder))

    def emptied(self) -> "SearchIndex":
        """A new, empty index in the same folder."""
        shutil.rmtree(self.folder)
        return SearchIndex(self.folder)

    @property
    def stamp(self) -> int:
        """The commit up to which the index reflects the store."""
        mark = self.folder / _MARK
        text = mark.read_text() if mark.exists() else ""
        return int(text) if text.isdigit() else 0

    def add(self, rows: Sequence[tuple[VersionRow, str]], latest: Mapping[tuple[str, str], str]) -> None:
        """Takes in a commit's versions, as far as they are the latest ones of their records."""
        self.replace((row.source, row.key, row.kind, row.title, words) for row, words in rows if latest.get((row.source, row.key)) == row.version)

    def replace(self, documents: Iterable[tuple[str, str, str, str, str]]) -> None:
        """Puts documents (source, key, kind, title, words) in the place of whatever their records had before."""
        writer = self._open_writer()
        for source, key, kind, title, words in documents:
            record = f"{source}:{key}"
            writer.delete_documents_by_term("record", record)
            document = tantivy.Document()
            document.add_text("record", record)
            document.add_text("kind", kind)
            document.add_text("title", title)
            document.add_text("words", words)
            writer.add_document(document)

    def commit(self, number: int) -> None:
        """Makes everything added findable and stamps it with the commit."""
        try:
            if self._writer is not None:
                self._writer.commit()
                self._writer.wait_merging_threads()
                self._writer = None
                self.index.reload()
            aside = self.folder / f"{_MARK}.part"
            aside.write_text(str(number))
            aside.rename(self.folder / _MARK)
        except (ValueError, OSError) as error:
            self._writer = None
            if "AlreadyExists" in str(error):
                raise LeftoverInTheWay(f"the text index {self.folder} holds a file that a killed process left ({error})") from error
            raise StorageFull(
                f"the text index {self.folder} could not be written ({error}); nothing committed is lost: free some space and run the command again"
            ) from error

    def busy(self) -> bool:
        """Whether another process is writing to the index now."""
        try:
            self._open_writer(patience=0)
        except StoreError:
            return True
        return False

    def _open_writer(self, patience: int = _PATIENCE) -> tantivy.IndexWriter:
        while self._writer is None:
            try:
                self._writer = self.index.writer(heap_size=_WRITER_MEMORY, num_threads=1)
                # A killed process leaves files that no commit names; the next one would stumble over their names.
                self._writer.garbage_collect_files()
            except ValueError as error:
                if patience <= 0:
                    raise StoreError(f"the text index {self.folder} is held by another process ({error}); stop it, or try again later") from error
                patience -= 1
                time.sleep(_WAIT_STEP)
        return self._writer

    def find(self, words: str, limit: int = 20, kind: str | None = None) -> list[Hit]:
        """The records whose title or text hold the words, best first."""
        query, _ = self.index.parse_query_lenient(words, ["title", "words", "record"], field_boosts={"title": 3.0, "record": 5.0})
        if kind:
            wanted = tantivy.Query.term_query(self.index.schema, "kind", kind)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, wanted)])
        self.index.reload()  # another opened index may have written since
        searcher = self.index.searcher()
        hits = []
        for score, address in searcher.search(query, limit).hits:
            document = searcher.doc(address)
            hits.append(Hit(document["record"][0], document["kind"][0], document["title"][0], round(float(score), 4)))
        return hits

    def holding(self, words: str, most: int) -> list[str]:
        """The records whose title or text hold every one of the words, at most so many."""
        query = self.index.parse_query(words, ["title", "words"], conjunction_by_default=True)
        self.index.reload()  # another opened index may have written since
        searcher = self.index.searcher()
        return [searcher.doc(address)["record"][0] for _, address in searcher.search(query, most).hits]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("record", stored=True, tokenizer_name="raw")
    builder.add_text_field("kind", stored=True, tokenizer_name="raw")
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
    builder.add_text_field("words", stored=False, tokenizer_name="en_stem", index_option="freq")
    return builder.build()
