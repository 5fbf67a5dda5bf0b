package ffirt

// Class is a resource type: what the host does for it.
type Class struct {
	Name string
	New  func(rep uint32) uint32    // a handle; nil where the host implements the resource
	Rep  func(handle uint32) uint32 // what a handle stands for; nil where New is
	Drop func(handle uint32)
}

// Imported is whether the host implements the resource.
func (c *Class) Imported() bool { return c.New == nil }

// Resource is a handle. Copies of it are the same handle: once one was dropped or handed on, none can
// be used.
type Resource struct {
	*handle
}

type handle struct {
	class *Class
	index uint32 // in the guest's table of handles; 0 where it holds none (any more)
	rep   uint32 // exported resources: the key in reps
}

// reps are what implements the exported resources. Numbers are not used again: a late destructor
// would meet another's value.
var (
	reps    = map[uint32]any{}
	lastRep uint32
)

// LiveReps is how many exported resources there are.
func LiveReps() int { return len(reps) }

// borrowed are the handles that the host lent for the call under way.
var borrowed []Resource

// OnOwn, where it is set, sees every owned handle that is lifted. For tests.
var OnOwn func(Resource)

// NewResource makes an exported resource, implemented by value.
func NewResource(class *Class, value any) Resource {
	for lastRep++; lastRep == 0 || reps[lastRep] != nil; lastRep++ {
	}
	reps[lastRep] = value
	rep := lastRep
	return Resource{&handle{class, class.New(rep), rep}}
}

// LiftOwn takes an owned handle over.
func LiftOwn(class *Class, index uint32) Resource {
	r := Resource{&handle{class: class, index: index}}
	if class.Rep != nil {
		r.rep = class.Rep(index)
	}
	if OnOwn != nil {
		OnOwn(r)
	}
	return r
}

// LiftBorrow takes a handle that is lent until the call's end. Who implements the resource is lent the
// rep itself.
func LiftBorrow(class *Class, index uint32) Resource {
	if !class.Imported() {
		return Resource{&handle{class: class, rep: index}}
	}
	r := Resource{&handle{class: class, index: index}}
	borrowed = append(borrowed, r)
	return r
}

// GiveBack ends all loans of the call.
func GiveBack() {
	for _, r := range borrowed {
		r.Drop()
	}
	clear(borrowed)
	borrowed = borrowed[:0]
}

// Holds is whether there is a handle still: not dropped, not handed on.
func (r Resource) Holds() bool { return r.handle != nil && r.index != 0 }

// Lower is the handle's index, to lend it.
func (r Resource) Lower() uint32 {
	if !r.Holds() {
		panic("ffirt: a resource that was dropped or handed on")
	}
	return r.index
}

// LowerOwn is the handle's index, to hand it on: r holds it no more.
func (r Resource) LowerOwn() uint32 {
	index := r.Lower()
	r.index = 0
	return index
}

// Drop gives the handle up. Where it is gone already, Drop does nothing.
func (r Resource) Drop() {
	if r.Holds() {
		r.class.Drop(r.LowerOwn())
	}
}

// Value is what implements an exported resource.
func (r Resource) Value() any {
	if r.handle == nil {
		return nil
	}
	return reps[r.rep]
}

// Destroy is the destructor: nobody owns the resource any more. A value with a method Drop is told.
func Destroy(rep uint32) {
	value, ok := reps[rep]
	if !ok {
		Count.BadFrees++
		panic("ffirt: a destructor without its resource")
	}
	delete(reps, rep)
	Count.Destructors++
	if v, ok := value.(interface{ Drop() }); ok {
		v.Drop()
	}
}
