// Checks an evidence pack with Go's own libraries, golang.org/x/mod/sumdb/note and tlog, and nothing of this project:
// that the checkpoint is signed and cosigned, that every entry's record is in its tree, and that it holds its body's hash.
//
//	check PACK.zip KEY WITNESS...        where KEY and each WITNESS are verifier keys (https://c2sp.org/signed-note)
package main

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := check(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "WRONG:", err)
		os.Exit(1)
	}
}

func check(pack, key string, witnesses []string) error {
	files, err := read(pack)
	if err != nil {
		return err
	}
	ledger, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{ledger}
	for _, each := range witnesses {
		verifier, err := newWitness(each)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, verifier)
	}
	checkpoint, err := note.Open(files["checkpoint.txt"], note.VerifierList(verifiers...))
	if err != nil {
		return fmt.Errorf("checkpoint.txt: %w", err)
	}
	if len(checkpoint.Sigs) != len(verifiers) {
		return fmt.Errorf("checkpoint.txt: %d of %d have signed", len(checkpoint.Sigs), len(verifiers))
	}
	tree, err := treeOf(checkpoint.Text)
	if err != nil {
		return err
	}
	checked := 0
	for name, record := range files {
		if !strings.HasSuffix(name, ".leaf") {
			continue
		}
		entry := strings.TrimSuffix(name, ".leaf")
		if err := checkEntry(entry, record, files, tree); err != nil {
			return fmt.Errorf("%s: %w", entry, err)
		}
		checked++
	}
	fmt.Printf("%d entries of %d\n", checked, tree.N)
	return nil
}

func read(pack string) (map[string][]byte, error) {
	archive, err := zip.OpenReader(pack)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	files := map[string][]byte{}
	for _, each := range archive.File {
		file, err := each.Open()
		if err != nil {
			return nil, err
		}
		if files[each.Name], err = io.ReadAll(file); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func treeOf(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return tlog.Tree{}, fmt.Errorf("checkpoint.txt has %d lines of text", len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkEntry(entry string, record []byte, files map[string][]byte, tree tlog.Tree) error {
	lines := strings.Split(string(record), "\n")
	if len(lines) != 8 || lines[0] != "charter-ledger/entry/v1" || "entries/"+lines[1] != entry {
		return fmt.Errorf("not the record of this entry")
	}
	body := sha256.Sum256(files[entry+".body"])
	if lines[6] != base64.StdEncoding.EncodeToString(body[:]) {
		return fmt.Errorf("not the body that was recorded")
	}
	head, sealed, _ := bytes.Cut(files[entry+".tlog-proof"], []byte("\n\n"))
	if !bytes.Equal(sealed, files["checkpoint.txt"]) {
		return fmt.Errorf("the proof is for another checkpoint")
	}
	proof := strings.Split(string(head), "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(proof[1], "index "), 10, 64)
	if err != nil || fmt.Sprint(index+1) != lines[1] {
		return fmt.Errorf("the proof is of another entry")
	}
	var path tlog.RecordProof
	for _, line := range proof[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(record))
}

// A witness is a verifier of cosignatures (https://c2sp.org/tlog-cosignature), which that library does not bring along.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func newWitness(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is not a key", text)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, fmt.Errorf("%q is not the key of a witness", text)
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	return &witness{parts[0], binary.BigEndian.Uint32(digest[:]), key[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.id }

func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}
