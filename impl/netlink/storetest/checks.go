package storetest

import (
	"errors"
	"fmt"
)

// survival says what stays at a crash of what was not synced.
type survival struct {
	probability float64
	seeds       int // how many times chance decides
}

func roundTrip(newDisk func() Disk) error {
	d := newDisk()
	for made := range len(script) + 1 {
		steps, err := expect(d, made)
		if err != nil {
			return fmt.Errorf("after %d saves: %w", made, err)
		}
		if steps != made {
			return fmt.Errorf("after %d saves: it has what %d would have left", made, steps)
		}
		if made == len(script) {
			return nil
		}
		s, err := d.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(s.Save(script[made].stable, script[made].deliveries), s.Close()); err != nil {
			return err
		}
	}
	return nil
}

// operations returns how many operations the whole script takes.
func operations(newDisk func() Disk) (int, error) {
	d := newDisk()
	if _, err := play(d, 0); err != nil {
		return 0, fmt.Errorf("on a disk without faults: %w", err)
	}
	if d.Operations() == 0 {
		return 0, errors.New("the disk counts no operation of the script")
	}
	return d.Operations(), nil
}

// cut is a way to cut the script.
type cut struct {
	newDisk func() Disk
	at      int // the operation that fails, and all after it
	torn    bool
	survive float64
	seed    uint64 // of what stays
}

// crash returns the disk after the crash and the saves that were made before.
func (c cut) crash() (d Disk, made int, err error) {
	d = c.newDisk()
	d.Inject(Fault{At: c.at, After: true, Torn: c.torn})
	made, err = play(d, 0)
	d.Crash(c.survive, c.seed)
	if !errors.Is(err, errRisen) {
		err = nil
	}
	return d, made, err
}

// eachCut calls a function with every cut, and says which it was that failed.
func eachCut(newDisk func() Disk, survivals []survival, check func(cut) error) error {
	total, err := operations(newDisk)
	if err != nil {
		return err
	}
	for at := 1; at <= total+1; at++ {
		for _, torn := range []bool{false, true} {
			for _, s := range survivals {
				for seed := range s.seeds {
					c := cut{newDisk, at, torn, s.probability, uint64(at*s.seeds + seed)}
					if err := check(c); err != nil {
						return fmt.Errorf("crash at operation %d of %d (torn: %v), what was not synced stays with probability %v (seed %d): %w",
							at, total, torn, c.survive, c.seed, err)
					}
				}
			}
		}
	}
	return nil
}

func crash(newDisk func() Disk) error {
	return eachCut(newDisk, []survival{{0, 1}, {0.5, 8}, {1, 1}}, func(c cut) error {
		d, made, err := c.crash()
		if err != nil {
			return err
		}
		return goesOn(d, made, c.survive)
	})
}

// goesOn demands what made saves have left, and that the rest of the script
// can be saved then.
func goesOn(d Disk, made int, survive float64) error {
	steps, err := expect(d, made)
	if err != nil {
		return err
	}
	if _, err := play(d, steps); err != nil {
		return fmt.Errorf("going on with save %d: %w", steps+1, err)
	}
	d.Crash(survive, 1)
	if _, err := expect(d, len(script)); err != nil {
		return fmt.Errorf("after going on: %w", err)
	}
	return nil
}

func crashAgain(newDisk func() Disk) error {
	return eachCut(newDisk, []survival{{0.5, 1}}, func(c cut) error {
		for at, more := 1, true; more; at++ {
			d, made, err := c.crash()
			if err != nil {
				return err
			}
			last := d.Operations() + at
			d.Inject(Fault{At: last, After: true})
			// It may fail, as may the store that is opened here.
			_, _ = openAndRead(d)
			more = d.Operations() >= last
			d.Crash(c.survive, uint64(at))
			if err := goesOn(d, made, c.survive); err != nil {
				return fmt.Errorf("and again at operation %d of the next opening: %w", at, err)
			}
		}
		return nil
	})
}

func failure(newDisk func() Disk) error {
	total, err := operations(newDisk)
	if err != nil {
		return err
	}
	for _, torn := range []bool{false, true} {
		for at := 1; at <= total; at++ {
			d := newDisk()
			d.Inject(Fault{At: at, Torn: torn})
			made, err := play(d, 0)
			if errors.Is(err, errRisen) {
				return fmt.Errorf("operation %d of %d fails (torn: %v): %w", at, total, torn, err)
			}
			d.Crash(0, 0)
			if err := goesOn(d, made, 0); err != nil {
				return fmt.Errorf("operation %d of %d failed (torn: %v), after %d saves: %w", at, total, torn, made, err)
			}
		}
	}
	return nil
}

func reading(newDisk func() Disk) error {
	d := newDisk()
	if _, err := play(d, 0); err != nil {
		return err
	}
	for at := 1; ; at++ {
		before := d.Operations()
		d.Inject(Fault{At: before + at})
		got, err := openAndRead(d)
		if d.Operations() < before+at {
			return err
		}
		if err == nil && !got.equal(after(len(script))) {
			return fmt.Errorf("operation %d of opening and reading fails, and it has %v without an error", at, got)
		}
	}
}

func openAndRead(d Disk) (content, error) {
	s, err := d.Open()
	if err != nil {
		return content{}, err
	}
	got, err := read(s)
	return got, errors.Join(err, s.Close())
}

func damage(newDisk func() Disk) error {
	for way := 0; ; way++ {
		d := newDisk()
		if _, err := play(d, 0); err != nil {
			return err
		}
		if !d.(Damager).Damage(way) {
			if way == 0 {
				return errors.New("the disk cannot be damaged")
			}
			return nil
		}
		got, err := openAndRead(d)
		if err == nil && !got.equal(after(len(script))) {
			return fmt.Errorf("damaged in way %d, it has %v without an error", way, got)
		}
	}
}
